//! A provider's blocks of the template: at most one per section, each under a comment with the provider's name.

use super::Renames;

/// The comment that ends the providers' blocks in a section where shared content follows them.
const SHARED: &str = "# All providers";

/// One provider's block, from the comment with its name.
struct Block {
    owner: String,
    /// The index of the first line.
    start: usize,
    /// The index after the last line. Blank lines at the end are left out.
    end: usize,
}

/// Returns the template with a renamed copy of `like`'s block after the last block of each section. Returns `None` if no
/// section has a block of `like`.
///
/// If the block declares a YAML anchor, the copy uses its alias.
pub(super) fn with_blocks(template: &str, providers: &[&str], like: &str, renames: &Renames) -> Option<String> {
    let lines: Vec<&str> = template.lines().collect();
    let sections = sections(&lines, providers);
    let mut copies: Vec<(usize, Vec<String>)> = Vec::new();
    for blocks in &sections {
        let (Some(model), Some(last)) = (blocks.iter().find(|block| block.owner == like), blocks.last()) else { continue };
        let is_apart = last.start > 0 && lines[last.start - 1].trim().is_empty();
        let blank = is_apart.then(String::new);
        copies.push((last.end, blank.into_iter().chain(copy(&lines[model.start..model.end], like, renames)).collect()));
    }
    if copies.is_empty() {
        return None;
    }
    let mut made = String::with_capacity(template.len() * 2);
    for (index, line) in lines.iter().enumerate() {
        for (_, copied) in copies.iter().filter(|(at, _)| *at == index) {
            copied.iter().for_each(|line| made.extend([line, "\n"]));
        }
        made.extend([line, "\n"]);
    }
    Some(made)
}

/// Returns the blocks of each section.
fn sections(lines: &[&str], providers: &[&str]) -> Vec<Vec<Block>> {
    let mut sections: Vec<Vec<Block>> = vec![Vec::new()];
    let mut open = false;
    for (index, line) in lines.iter().enumerate() {
        let is_section = line.starts_with(|first: char| first.is_ascii_alphabetic());
        let owner = owner(line, providers);
        if is_section {
            sections.push(Vec::new());
        }
        if is_section || owner.is_some() || line.trim() == SHARED {
            open = owner.is_some();
        }
        let Some(blocks) = sections.last_mut() else { continue };
        blocks.extend(owner.map(|owner| Block { owner: owner.to_owned(), start: index, end: index }));
        if let Some(block) = blocks.last_mut().filter(|_| open && !line.trim().is_empty()) {
            block.end = index + 1;
        }
    }
    sections
}

/// Returns the provider whose block a line starts. Such a line is a one-word comment that begins with the provider's
/// name, such as `# Kore.ai`.
fn owner<'p>(line: &str, providers: &[&'p str]) -> Option<&'p str> {
    let title = line.trim_start().strip_prefix("# ").filter(|title| !title.contains(' '))?;
    let title: String = title.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    providers.iter().copied().filter(|name| title.starts_with(name)).max_by_key(|name| name.len())
}

/// Returns a block's lines under the new name, with aliases in place of anchors. Only its first comment, the title, is
/// copied.
fn copy(block: &[&str], like: &str, renames: &Renames) -> Vec<String> {
    let title = block.first().and_then(|line| line.trim_start().strip_prefix("# ")).unwrap_or_default();
    let mut copied = Vec::with_capacity(block.len());
    // The indentation of an anchor. Lines that are indented more belong to it.
    let mut anchored = None;
    for (index, line) in block.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        if anchored.is_some_and(|anchor| indent > anchor) || (index > 0 && line.trim_start().starts_with('#')) {
            continue;
        }
        let alias = with_alias(line, like);
        anchored = alias.is_some().then_some(indent);
        // A title in running text, such as `Kore.ai's`, is renamed too.
        let line = alias.unwrap_or_else(|| (*line).to_owned()).replace(title, &super::capitalized(like));
        copied.push(renames.apply(&line));
    }
    copied
}

/// If a line declares an anchor, returns the line with the anchor and everything after it replaced by the alias. Returns
/// `None` for any other line, and for an anchor with the provider's own name.
fn with_alias(line: &str, like: &str) -> Option<String> {
    let (before, rest) = line.split_once(" &")?;
    let name = rest.split(' ').next().filter(|name| !name.is_empty() && *name != like)?;
    Some(format!("{before} *{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "\
Parameters:
  # Kommo
  Kommo:
    <<: &provider
      Type: String
    Description: Kommo's
  # Kore.ai
  Kore:
    <<: *provider
    Description: Kore.ai's

  # All providers
  Queue: {Type: String}
Resources:
  Queue: {}

  # Kommo
  # Why it is so.
  KommoFunction:
    Alarms: &kommo [{Value: kommo}]
    Metrics:
      - &share {Id: share}
      - {Id: refused, Dimensions: *kommo}

  # Kore.ai
  KoreFunction: {}

Outputs:
  # Kommo
  # Kore.ai
  KoreUrl: {}
";

    fn made(like: &str) -> String {
        let renames = Renames::new(like, "acme");
        with_blocks(TEMPLATE, &["kommo", "kore"], like, &renames).expect("blocks")
    }

    #[test]
    fn a_copy_follows_the_last_block_and_uses_aliases() {
        let made = made("kommo");
        let parameter = "    Description: Kore.ai's\n  # Acme\n  Acme:\n    <<: *provider\n    Description: Acme's\n\n  # All providers\n";
        assert!(made.contains(parameter), "{made}");
        let resource = "  KoreFunction: {}\n\n  # Acme\n  AcmeFunction:\n    Alarms: &acme [{Value: acme}]\n    Metrics:\n      - *share\n      - {Id: refused, Dimensions: *acme}\n\nOutputs:\n";
        assert!(made.contains(resource), "{made}");
    }

    #[test]
    fn a_title_that_differs_from_the_name_is_renamed() {
        assert!(made("kore").contains("  # Acme\n  Acme:\n    <<: *provider\n    Description: Acme's\n"), "{}", made("kore"));
    }

    #[test]
    fn nothing_else_changes() {
        let made = made("kommo");
        let mut rest = made.lines();
        assert!(TEMPLATE.lines().all(|line| rest.any(|other| other == line)), "{made}");
        assert!(with_blocks("Resources: {}\n", &["kommo"], "kommo", &Renames::new("kommo", "acme")).is_none());
    }

    #[test]
    fn every_providers_blocks_of_the_template_can_be_copied() {
        let template = include_str!("../../../../template.yaml");
        let providers: Vec<&str> = functions::PROVIDERS.iter().map(|provider| provider.name).collect();
        let anchors = |text: &str| text.matches(" &").count();
        for like in &providers {
            let made = with_blocks(template, &providers, like, &Renames::new(like, "acme")).expect("blocks");
            assert_eq!(made.matches("# Acme\n").count(), template.matches("# Kommo\n").count(), "{like}");
            // The dimensions of the new provider's alarms.
            assert_eq!(anchors(&made), anchors(template) + 1, "{like}");
            assert!(made.contains("  AcmeFunction:\n") && made.contains("CodeUri: functions/acme\n"), "{like}");
        }
    }
}
