"""The table of commands: words, options and examples of each."""

from __future__ import annotations

from kernel_magics import verbs
from kernel_magics.blame_command import BLAME
from kernel_magics.diff_commands import APPLY, DIFF_OUT
from kernel_magics.equality import EQUALITY
from kernel_magics.export_command import EXPORT
from kernel_magics.grammar import (
    Argument,
    Command,
    Means,
    Option,
    name,
    names,
    natural,
    pairs,
    profile,
    resolution,
    sign,
    sign_or_none,
    text,
    types,
)
from kernel_magics.options import BACKGROUND, COLUMNS, LINE_ENDS, SPEC_NOTE, TABLE, WHERE

_DATASET = Argument("DATASET", "where to write; sales@dev names the branch too", Means.DATASET, optional=True)
_SPEC = Argument("SPEC", "the version; the dataset in use where it is left out", Means.SPEC, optional=True)
_RENAME = Option(("--rename",), "columns that have another name now", pairs, "OLD=NEW", means=Means.COLUMNS)
_WRITE = (
    Option(
        ("--key",),
        "columns that tell rows apart; checked for repeats and nulls",
        names,
        "A,B",
        means=Means.COLUMNS,
    ),
    Option(
        ("--mode",),
        "replace: this is the whole new state (default); append: add rows; upsert: by key",
        text,
        "MODE",
        choices=("replace", "append", "upsert"),
    ),
    Option(("-m", "--message"), "why", text, "TEXT"),
    Option(("--ref",), "the branch to write to (default main)", text, "BRANCH", means=Means.REF),
    Option(("--table",), "the table's name (default data, or the sheets' names)", text, "NAME", means=Means.TABLE),
    _RENAME,
    Option(("--idempotency-key",), "a retry with the same key is not committed twice", text, "KEY"),
)


CONNECT = Command(
    "connect",
    "connect to a store; without a URL the embedded one. The first command connects by itself",
    verbs.connect,
    (Argument("URL", "postgresql://user@host/database", optional=True),),
    examples=(
        ("%dsa connect", "your own store on this machine"),
        ("%dsa connect postgresql://db.example/tables", "a shared one"),
    ),
    notes=("Keep passwords out of notebooks: use a .pgpass file, or set DSA_DATABASE_URL before Jupyter starts.",),
)
IMPORT = Command(
    "import",
    "import a file (CSV, Excel, Parquet, Arrow, JSON), or several as one table, as a commit",
    verbs.import_file,
    (
        Argument("SOURCE", "a path (~ is your home), a pattern, a folder, a URL, or {an expression}", Means.FILE),
        _DATASET,
    ),
    (
        *_WRITE,
        Option(("--types",), "a type for all columns (text), or by column (zip=text,qty=int)", types, "TYPES"),
        Option(("--sheets",), "only these sheets of a workbook", names, "A,B"),
        Option(("--delimiter",), "between fields; tab for the tab", sign, "CHAR"),
        Option(("--encoding",), "as in utf-8, cp1252, latin-1", text, "NAME"),
        Option(("--header",), "the first row holds names, whatever it looks like"),
        Option(("--no-header",), "the first row is data already"),
        Option(
            ("--quote",), "around fields that hold delimiters; none where quotes mean nothing", sign_or_none, "CHAR"
        ),
        Option(("--escape",), "before quotes inside of fields; none where they are doubled", sign_or_none, "CHAR"),
        Option(("--comment",), "begins lines that are no rows; none where there are none", sign_or_none, "CHAR"),
        Option(
            ("--line-end",),
            "what alone ends rows; the others are part of the cells then",
            text,
            "HOW",
            choices=tuple(LINE_ENDS),
        ),
        Option(("--skip-rows",), "lines above the table", natural, "N"),
        Option(("--decimal",), "before the decimals of numbers", sign, "CHAR"),
        Option(("--thousands",), "between the thousands of numbers", sign, "CHAR"),
        Option(
            ("--decimals",),
            "numbers with a point: floats (float), or decimals with all their digits (exact)",
            text,
            "HOW",
            choices=("float", "exact"),
        ),
        Option(("--compression",), "gz, zst, bz2, xz or none; found by the first bytes", text, "KIND"),
        Option(("--member",), "the file in a zip archive of several", text, "NAME"),
        Option(("--dry-run",), "write nothing: show the types, what does not fit, and the diff with the head"),
        Option(
            ("--rejects",),
            "rows that do not fit: refuse the file (refuse, the default), or leave them out and tell (skip)",
            text,
            "HOW",
            choices=("refuse", "skip"),
        ),
        Option(("--max-rejects",), "how many may be left out (default 100,000)", natural, "N"),
        Option(("--rejects-to",), "write rows that do not fit here, to be corrected and imported", text, "FILE.csv"),
        BACKGROUND,
        Option(("--filename",), "a column that takes the name of each row's file", text, "NAME"),
        Option(("--huge",), "take Parquet files that hold a hundred times more than their size tells"),
        Option(("--exact",), "remember the bytes of a CSV file, so that export --exact gives them back"),
        Option(("--explain",), "import nothing: say how the file would be read, why, and how to change it"),
        Option(("--null-tokens",), "texts that mean null", names, "A,B"),
        Option(
            ("--ragged",),
            "rows that are too short or too long: refuse them (error) or fill (fill)",
            text,
            "HOW",
        ),
    ),
    (
        ("%dsa import orders.csv sales --key order_id", "a first commit"),
        (
            '%dsa import "march 2026.csv" sales -m "March extract"',
            "the next version, from a path with blanks",
        ),
        ("%dsa import book.xlsx plan --sheets Q1,Q2", "two sheets of a workbook, each a table"),
        ("%dsa import new.csv sales --mode append --types zip=text", "add rows"),
        ("%dsa import new.csv sales --dry-run", "what would come of it: types, rows that do not fit, diff"),
        ("%dsa import new.csv sales --rejects-to bad.csv", "without the rows that do not fit, which are kept aside"),
        ("%dsa import huge.csv sales --background", "without waiting: a job, see %dsa job"),
        ("%dsa import 2026/**/*.parquet sales --filename source", "many files as one table"),
        ("%dsa import old.csv sales --explain", "look first: delimiter, encoding, header, types, and why"),
    ),
)
COMMIT = Command(
    "commit",
    "commit a pandas or polars frame, an Arrow table, or a dict of them",
    verbs.commit,
    (Argument("DATA", "a Python name, or {an expression}", Means.FRAME), _DATASET),
    _WRITE,
    (
        ('%dsa commit df sales -m "Prices corrected"', "the frame is the whole new state"),
        ("%dsa commit {df[df.qty > 0]} sales@dev --key order_id", "an expression, to a branch"),
    ),
)
READ = Command(
    "read",
    "read a table at any version",
    verbs.read,
    (_SPEC,),
    (
        COLUMNS,
        WHERE,
        Option(("--offset",), "rows to skip", natural, "N"),
        Option(("--limit",), "rows to read at most", natural, "N"),
        TABLE,
        Option(("--as",), "read now, as this", text, "KIND", choices=("pandas", "arrow", "polars")),
    ),
    (
        ("%dsa read sales@main~1", "look at the version before"),
        ("df = %dsa read sales --as pandas", "all of it as a frame"),
        ("%dsa read sales --columns order_id,qty --offset 1000 --limit 50", "a page of two columns"),
        ("%dsa read sales --where \"qty > 10 and city = 'Ulm'\"", "the rows that match a condition in SQL"),
    ),
    (SPEC_NOTE,),
)
SQL = Command(
    "sql",
    "ask versions in SQL; the query stands in the cell",
    verbs.sql,
    options=(
        Option(
            ("--param",),
            "a value for $NAME: the variable NAME, or NAME=value, or NAME={expression}; may be repeated",
            text,
            "NAME[=VALUE]",
            repeated=True,
        ),
        Option(("--limit",), "rows to give at most", natural, "N"),
        Option(("-o", "--out"), "also keep the result in this variable", name, "NAME"),
    ),
    examples=(
        ("%%dsa sql\nselect city, sum(qty) from sales group by city", "main of a dataset"),
        (
            "%%dsa sql -o grown\nselect * from sales@main n join sales@v1 o using (id) where n.qty > o.qty",
            "two versions",
        ),
        ("%%dsa sql --param least=10 --param city\nfrom sales where qty >= $least and city = $city", "with values"),
    ),
    notes=(
        'A table is a spec, in double quotes where it has blanks or dots: from sales@main~1, from "book@main:Q 1".',
        "It reads and does nothing else. To keep what it gives: %dsa commit grown growth.",
    ),
    cell=True,
)
DIFF = Command(
    "diff",
    "show which rows and cells changed between two versions",
    verbs.diff,
    (
        Argument("OLD", "a spec, a Python name or {an expression}", Means.SPEC_OR_FRAME, optional=True),
        Argument("NEW", "the same; without it OLD is compared with its parent", Means.SPEC_OR_FRAME, optional=True),
    ),
    (
        Option(("--key",), "pair rows by these columns", names, "A,B", means=Means.COLUMNS),
        Option(("--merge-base",), "what NEW did since the last commit that both have in common"),
        Option(("--profile",), "what counts as equal: none (values alone), a version, or {a dict}", profile, "PROFILE"),
        Option(("--form",), "show the cells that are equal and written differently"),
        _RENAME,
        TABLE,
        *DIFF_OUT,
    ),
    (
        ("%dsa diff sales@main~1 sales@main", "the last change"),
        ("%dsa diff sales", "the same: a version and its parent"),
        ("%dsa diff sales df", "what a commit of df would change"),
        ("%dsa diff sales sales@dev --merge-base", "what dev did since it left main"),
        ("d = %dsa diff sales@v1 sales", "then d.summary, d.schema, d.to_pandas()"),
        ("%dsa diff sales@v1 sales --out changes.html", "all rows on a page; .parquet, .csv, .json can be applied"),
    ),
    (
        "A name that is a dataset and a variable means the dataset; {name} means the variable.",
        SPEC_NOTE,
    ),
)
LOG = Command(
    "log",
    "show the history, latest first",
    verbs.log,
    (_SPEC,),
    (Option(("--limit",), "commits to show at most", natural, "N"),),
    (
        ("%dsa log sales", "the history of main"),
        ("%dsa log sales@dev --limit 5", "the last five of a branch"),
    ),
)
SHOW = Command(
    "show",
    "show one commit: who, when, why, and what it changed in numbers",
    verbs.show,
    (_SPEC,),
    examples=(("%dsa show sales@3fa9c1d", "a commit by the start of its id"),),
)
MERGE = Command(
    "merge",
    "merge a version into a branch, row by row and cell by cell",
    verbs.merge,
    (
        Argument("SOURCE", "the version whose changes come in", Means.SPEC),
        Argument("INTO", "the branch they come into (default main)", Means.SPEC, optional=True),
    ),
    (
        Option(
            ("--resolve",),
            "settle conflicts: ours (the branch's side), theirs, or {a frame with a column value}",
            resolution,
            "HOW",
        ),
        Option(("--dry-run",), "say what would come of it, and write nothing"),
        Option(("-m", "--message"), "why", text, "TEXT"),
    ),
    (
        ("%dsa merge sales@dev", "into sales@main"),
        ("%dsa merge sales@main sales@dev", "bring dev up to date"),
        ("%dsa merge sales@dev --resolve theirs", "where both changed a cell, take that of dev"),
        ("m = %dsa merge sales@dev", "then m.conflicts, which hold the values of base, ours and theirs"),
    ),
    ("With conflicts nothing is written.",),
)
PROFILE = Command(
    "profile",
    "tell columns in numbers: nulls, distinct values, bounds, quartiles, spread",
    verbs.profile,
    (_SPEC,),
    (TABLE, COLUMNS),
    (
        ("%dsa profile sales@v1.0", "all columns of a version"),
        ("%dsa profile sales --columns qty,price", "two of them"),
    ),
)
KEYS = Command(
    "keys",
    "suggest key columns: which tell all rows apart, by the data",
    verbs.keys,
    (Argument("SOURCE", "a path, a spec, a Python name or {an expression}", Means.FILE, optional=True),),
    (
        Option(("--sheets",), "this sheet of a workbook", names, "A"),
        Option(("--columns",), "look at these columns only", names, "A,B", means=Means.COLUMNS),
        Option(("--most",), "columns of a key at most (default 3)", natural, "N"),
    ),
    (
        ("%dsa keys orders.csv", "before the import"),
        ("%dsa keys sales@main --most 2", "of a version"),
    ),
    ("A key is never assumed: %dsa import FILE DATASET --key A,B declares one.",),
)
BRANCH = Command(
    "branch",
    "make a branch",
    verbs.branch,
    (
        Argument("SPEC", "where it begins", Means.SPEC),
        Argument("NAME", "its name; alone it begins at what is in use", optional=True),
    ),
    examples=(("%dsa branch sales dev", "from main"), ("%dsa branch sales@v1.0 fixes", "from a tag")),
)
TAG = Command(
    "tag",
    "name a version for good",
    verbs.tag,
    (
        Argument("SPEC", "the version", Means.SPEC),
        Argument("NAME", "its name; alone it names what is in use", optional=True),
    ),
    examples=(("%dsa tag sales 2026-Q1", "the head of main"),),
)
REFS = Command(
    "refs",
    "list branches and tags; delete or protect one",
    verbs.refs,
    (Argument("DATASET", "whose; the one in use where it is left out", Means.DATASET, optional=True),),
    (
        Option(("--delete",), "delete this branch or tag", text, "NAME", means=Means.REF),
        Option(("--protect",), "refuse moves and deletion of this one", text, "NAME", means=Means.REF),
        Option(("--unprotect",), "allow them again", text, "NAME", means=Means.REF),
    ),
    (("%dsa refs sales", "what there is"), ("%dsa refs sales --protect main", "no writes to main")),
)
DATASETS = Command(
    "datasets",
    "list datasets; delete or restore one",
    verbs.datasets,
    (),
    (
        Option(("--deleted",), "list the deleted ones"),
        Option(("--delete",), "delete a dataset; it can be restored", text, "NAME", means=Means.DATASET),
        Option(("--restore",), "take a deletion back", text, "NAME"),
    ),
    (("%dsa datasets", "what there is"), ("%dsa datasets --deleted", "what could be restored")),
)
STORAGE = Command(
    "storage",
    "tell what all versions of a dataset take in the store",
    verbs.storage,
    (Argument("DATASET", "which; the one in use where it is left out", Means.DATASET, optional=True),),
    examples=(("%dsa storage sales", "what is shared by its versions is counted once"),),
)
JOB = Command(
    "job",
    "list background jobs, latest first; look at one, wait for it, cancel it, try it again",
    verbs.job,
    (Argument("ID", "the number of a job; all of them where it is left out", Means.JOB, optional=True),),
    (
        Option(("--wait",), "wait for its end, and show what came of it; an interrupt ends the waiting alone"),
        Option(("--cancel",), "ask it to end; it leaves nothing behind"),
        Option(("--retry",), "do one that workers do, and that failed or was cancelled, again: as a new job"),
        Option(("--log",), "what happened to it, line by line"),
        Option(("--limit",), "jobs to list at most", natural, "N"),
    ),
    (
        ("%dsa job", "all, latest first"),
        ("%dsa job 12", "one: state, progress, result or error"),
        ("%dsa job 12 --wait", "its result, as if it had not been in the background"),
        ("%dsa job 12 --cancel", "whoever started it, wherever it runs"),
        ("%dsa job 12 --log", "tries, phases, faults"),
        ("%dsa job 12 --retry --wait", "again, and wait for the new one"),
    ),
    ("Jobs begin with %dsa import … --background and %dsa export … --background.",),
)
STATUS = Command("status", "show the connection: store, actor, what is there", verbs.status)
USE = Command(
    "use",
    "choose the dataset that specs beginning with @ mean, and commands without a spec",
    verbs.use,
    (Argument("SPEC", "a dataset, or dataset@branch", Means.SPEC, optional=True),),
    (Option(("--clear",), "use none"),),
    (
        ("%dsa use sales", "then: %dsa log, and %dsa diff @main~1 @main"),
        ("%dsa use sales@dev", "writes go to dev too"),
    ),
)
CHECK = Command("check", "check that all that is stored is there and whole", verbs.check)

COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        CONNECT, IMPORT, COMMIT, KEYS, READ, PROFILE, SQL, DIFF, EQUALITY, LOG, SHOW, BLAME, BRANCH,
        TAG, MERGE, APPLY, REFS, DATASETS, STORAGE, EXPORT, JOB, STATUS, USE, CHECK,
    )
}  # fmt: skip
"""All commands but `help`, by name, in the order in which help lists them."""
