"""Why we do not do what the truth says, for the files where a person should know it: shown on the page."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "csv/csv-spectrum/location_coordinates.csv": "the JSON that is shipped with it has another telephone number than "
    "the file.",
    "csv/duckdb/auto/single_quote_backslash.csv": "the engines that agree take apostrophes for text; here some are "
    "escaped, so the others are quotes, and three rows without a header come out.",
    "csv/duckdb/unquoted_escape/mixed.csv": "the engines that agree know no escapes outside quotes; with them there "
    "are the four rows that the file was made for.",
    "csv/duckdb-fuzz/null_padding/34.csv": "a fuzzer's two lines of control characters, with a quote that is never "
    "closed; the engines take the first line for a header, whatever it holds.",
    "excel/poi/DateFormatTests.xlsx": "the text that is shipped with it is older: rows 43 to 46 of the sheet are not "
    "in it.",
    "excel/poi/MatchFunctionTestCaseData.xls": "Excel calculated the formulas anew when it wrote the text; the file "
    "holds the results that we give, as xlrd and calamine see them.",
    "excel/poi/bug60858.xlsx": "the file holds U+00C3 U+00BC, and so openpyxl has it; Excel's text is in "
    "Windows-1252, where these are the bytes of an ü in UTF-8, and the judge reads it as that.",
    "excel/poi/excelant.xls": "Excel calculated the formula anew when it wrote the text; the file holds #VALUE!.",
    "excel/readxl/new_line_errors.xlsx": "the file holds `_x005F_x000D_`, which stands for the letters `_x000D_` "
    "(ECMA-376, ST_Xstring); the readers that agree take them for a line end.",
}
