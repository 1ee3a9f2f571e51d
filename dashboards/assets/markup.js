/* Finished HTML as one component: Dash walks every element that it knows of, a tenth of a second for a long table. */
(function () {
  "use strict";

  var create = window.React.createElement;

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") { return a - b; }
    return String(a).localeCompare(String(b), "ja");
  }

  /* Missing values stay last in both directions; equal values keep the order they have. */
  function sorted(rows, by) {
    return rows.slice().sort(function (left, right) {
      var a = left.props["data-sort"][by.place];
      var b = right.props["data-sort"][by.place];
      if (a === null || b === null) { return (a === null) - (b === null); }
      return by.descending ? compare(b, a) : compare(a, b);
    });
  }

  /* Numbers begin with the largest, texts with the first of the alphabet; again turns the order round. */
  function turned(by, rows, place) {
    if (by && by.place === place) { return { place: place, descending: !by.descending }; }
    var first = rows.find(function (row) { return row.props["data-sort"][place] !== null; });
    return { place: place, descending: Boolean(first) && typeof first.props["data-sort"][place] === "number" };
  }

  /* A node is a text, a list, or {type, props}; `order` is what the rows of a sortable table are sorted by. */
  function build(node, key, order) {
    if (Array.isArray(node)) { return node.map(function (child, place) { return build(child, place, order); }); }
    if (node === null || typeof node !== "object") { return node; }
    var props = Object.assign({}, node.props, { key: key });
    var children = props.children;
    delete props.children;
    delete props["data-sort"];
    if (node.type === "Table" && node.props.sortable) { return create(Sortable, { key: key, table: node }); }
    if (order && props["data-place"] !== undefined) { order.mark(node.type, props); }
    if (order && order.by && node.type === "Tbody") { children = sorted(children, order.by); }
    return create(node.type.toLowerCase(), props, build(children === undefined ? null : children, 0, order));
  }

  function Sortable(props) {
    var state = window.React.useState(null);
    var by = state[0];
    return window.React.useMemo(function () {
      var table = Object.assign({}, props.table.props);
      var rows = table.children.find(function (part) { return part.type === "Tbody"; }).props.children;
      delete table.sortable;
      return build({ type: "Table", props: table }, 0, {
        by: by,
        mark: function (type, own) {
          var place = own["data-place"];
          if (type === "Button") { own.onClick = function () { state[1](turned(by, rows, place)); }; }
          else if (by && by.place === place) { own["aria-sort"] = by.descending ? "descending" : "ascending"; }
          else { own["aria-sort"] = "none"; }
        }
      });
    }, [props.table, by]);
  }

  function Markup(props) {
    return window.React.useMemo(function () { return build(props.tree, 0, null); }, [props.tree]);
  }

  window.miharashi = { Markup: Markup };
})();
