/* Japanese month and day names for plotly.js axes and hover labels. */
(function () {
  "use strict";
  var months = [];
  for (var month = 1; month <= 12; month += 1) {
    months.push(month + "月");
  }
  var days = ["日", "月", "火", "水", "木", "金", "土"];
  var locale = {
    moduleType: "locale",
    name: "ja",
    dictionary: {},
    format: {
      days: days.map(function (day) { return day + "曜日"; }),
      shortDays: days,
      months: months,
      shortMonths: months,
      date: "%Y/%m/%d"
    }
  };
  if (window.Plotly) {
    window.Plotly.register(locale);
  } else {
    window.PlotlyLocales = (window.PlotlyLocales || []).concat([locale]);
  }
})();
