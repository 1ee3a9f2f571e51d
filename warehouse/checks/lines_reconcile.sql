-- 取り込んだ全ファイルで、物理行数が受入れ・却下・見出し・空行・合計行・対象外・継続行の合計と一致すること
SELECT load_id, file_name, physical_lines
FROM load
WHERE status = 'accepted'
  AND physical_lines <> accepted_lines + rejected_lines + header_lines + blank_lines + total_lines
      + other_lines + continued_lines
