"""The template and settings of an archive: the checkout's, with the functions' zips instead of their sources.

They are changed line by line, which preserves comments and order. `check.py` compares the result with the original as
CloudFormation parses both.
"""

import re

BUILD = re.compile(r"^    Metadata:\n      BuildMethod: .+\n      BuildProperties: .+\n", re.MULTILINE)
CODE = re.compile(r"^      CodeUri: (functions/([\w-]+))$", re.MULTILINE)
ARCHITECTURE = re.compile(r"^  Architecture:\n(?:    .*\n)+", re.MULTILINE)
ONE_ARCHITECTURE = """\
  Architecture:
    Type: String
    Default: {0}
    AllowedValues: [{0}]
    Description: The processor that the functions of this archive are built for.
"""
SECTION = re.compile(r"^(?=\[)", re.MULTILINE)


def deployable(template: str, architecture: str, functions: list[str]) -> str:
    """Returns the template that deploys each function's functions/<name>.zip, built for this architecture.

    Raises ValueError if the template is not written as expected.
    """
    named = sorted(name for _, name in CODE.findall(template))
    template, builds = BUILD.subn("", template)
    if named != functions or builds != len(functions):
        raise ValueError(f"template.yaml has {builds} BuildMethods and the code of {named}, not one of each of {functions}")
    template = CODE.sub(r"      CodeUri: \1.zip", template)
    template, parameters = ARCHITECTURE.subn(ONE_ARCHITECTURE.format(architecture), template)
    if parameters != 1:
        raise ValueError(f"template.yaml has {parameters} Architecture parameters, not one")
    return template


def without_build(settings: str) -> str:
    """Returns samconfig.toml without its sections for `sam build`."""
    return "".join(section for section in SECTION.split(settings) if not re.match(r"\[\w+\.build\.", section))
