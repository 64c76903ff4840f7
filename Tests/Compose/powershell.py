"""Checks compose/start-etl-monitoring.ps1 as far as that goes without PowerShell: powershell.py [FILE].

It parses, holds to what PowerShell 5.1 has, documents its parameters, and has the modes and addresses of the shell script.
"""

import pathlib
import re
import sys

import tree_sitter
import tree_sitter_powershell

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "compose"
# Of PowerShell 5.1; functions of the script itself are allowed as well.
COMMANDS = {"Get-Command", "Join-Path", "New-Object", "Select-Object", "Set-StrictMode", "Write-Host", "docker"}
# A parameter of the script, and the option of the shell script that does the same.
MODES = {"EtlOnly": "--etl-only", "FullStack": "--full-stack", "Stop": "--stop", "Logs": "--logs"}


def nodes(node):
    yield node
    for child in node.children:
        yield from nodes(child)


def text(node):
    return node.text.decode()


def line(node):
    return node.start_point[0] + 1


def findings(source, shell_script):
    root = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language())).parse(source).root_node
    tree = list(nodes(root))
    for node in tree:
        if node.type == "ERROR" or node.is_missing:
            yield f"line {line(node)}: does not parse: {text(node)[:60]!r}"
    for number, row in enumerate(source.splitlines(), 1):
        if not row.isascii():
            yield f"line {number}: PowerShell 5.1 reads what is not ASCII wrongly"
    yield from command_findings(tree)
    yield from parameter_findings(tree, source.decode(errors="replace"))
    yield from difference_findings(source.decode(errors="replace"), shell_script)


def command_findings(tree):
    functions = {text(child) for node in tree if node.type == "function_statement"
                 for child in node.children if child.type == "function_name"}
    for node in tree:
        if node.type == "pipeline_chain_tail":
            yield f"line {line(node)}: PowerShell 5.1 has no {text(node)[:2]}"
        if node.type != "command":
            continue
        name = next((text(child) for child in node.children if child.type.startswith("command_name")), "")
        if name not in COMMANDS | functions:
            yield f"line {line(node)}: {name} is not among the known commands"
        elements = [child for part in node.children if part.type == "command_elements" for child in part.children
                    if child.type != "command_argument_sep"]
        if name == "Join-Path" and len(elements) != 2:
            yield f"line {line(node)}: in PowerShell 5.1 Join-Path takes two paths"
        if name == "docker" and not any(text(child) == "&" for child in node.children):
            yield f"line {line(node)}: docker is not called by &"
    if not functions:
        yield "declares no functions; is the grammar another one?"


def parameter_findings(tree, source):
    block = next(node for node in tree if node.type == "param_block")
    names = [text(child)[1:] for node in nodes(block) if node.type == "script_parameter"
             for child in node.children if child.type == "variable"]
    if sorted(names) != sorted(MODES):
        yield f"its parameters are {', '.join(names)}, and not {', '.join(MODES)}"
    if "DefaultParameterSetName = 'EtlOnly'" not in source:
        yield "EtlOnly is not the default"
    # Comments that touch are one to Get-Help, and one that does not begin with a keyword is no help.
    help_text = re.search(r"(?:\A|\n[ \t]*\n)<#(.*?)#>", source.replace("\r\n", "\n"), re.DOTALL)
    for keyword in [".SYNOPSIS", ".DESCRIPTION", ".EXAMPLE"] + [f".PARAMETER {name}" for name in MODES]:
        if help_text is None or not re.search(rf"^{re.escape(keyword)}$", help_text[1], re.MULTILINE):
            yield f"its help has no {keyword}, or does not stand apart from what is above it"


def difference_findings(source, shell_script):
    def addresses(script, pattern):
        return re.findall(pattern, script)

    mine = addresses(source, r"Write-Address '([^']+)' '([^']+)' (\d+) '([^']+)'")
    others = [tuple(part.strip("'") for part in match)
              for match in addresses(shell_script, r"show_address ('[^']+'|\w+) (\S+) (\d+) (\S+)")]
    if not mine or mine != others:
        yield f"its addresses are {mine}, and those of the shell script {others}"
    ports = addresses(source, r"Assert-Port \$\w+ '([^']+)' (\d+) '([^']+)'")
    others = addresses(shell_script, r'check_port "\$\w+" (\S+) (\d+) (\S+)')
    if not ports or ports != others:
        yield f"the ports that it checks are {ports}, and those of the shell script {others}"
    for option in MODES.values():
        if not re.search(rf"^  {option} ", shell_script, re.MULTILINE):
            yield f"the shell script's help has no {option}"
    for limit in (r"StartLimitSeconds = (\d+)|start_limit_seconds=(\d+)",
                  r"AnswerNoticeSeconds = (\d+)|answer_notice_seconds=(\d+)",
                  r"AnswerLimitSeconds = (\d+)|answer_limit_seconds=(\d+)",
                  r"(2\.20) or later is needed", r"(Waiting for Docker to answer), for",
                  r"Docker has not answered for \S+ s; (see whether Docker has started), "):
        values = [next(filter(None, match.groups())) for script in (source, shell_script)
                  for match in re.finditer(limit, script)]
        if len(values) != 2 or len(set(values)) != 1:
            yield f"{limit} is not the same in both scripts: {values}"


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER / "start-etl-monitoring.ps1"
    found = list(findings(path.read_bytes(), (FOLDER / "start-etl-monitoring.sh").read_text()))
    for finding in found:
        print(f"{path.name}: {finding}")
    print(f"{len(found)} findings")
    sys.exit(1 if found else 0)


main()
