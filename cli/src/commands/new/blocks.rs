//! A provider's blocks of the template: one in each section, under a comment with its name.

use super::Renames;

/// The comment that ends the blocks of a section which has something for all providers after them.
const SHARED: &str = "# All providers";

/// One provider's block: its lines, from the comment with its name on.
struct Block {
    owner: String,
    /// The lines' indices; blank ones at the end left out.
    start: usize,
    end: usize,
}

/// Returns the template with a block of `name` behind the last one of each section, each a copy of the block of `like`.
/// None where no section has one.
///
/// Where that block declares a YAML anchor, the copy has its alias: what blocks share stands where it is first needed.
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

/// Returns the provider whose block a line opens: a comment of one word that begins with its name, such as `# Kore.ai`.
fn owner<'p>(line: &str, providers: &[&'p str]) -> Option<&'p str> {
    let title = line.trim_start().strip_prefix("# ").filter(|title| !title.contains(' '))?;
    let title: String = title.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    providers.iter().copied().filter(|name| title.starts_with(name)).max_by_key(|name| name.len())
}

/// Returns a block's lines under the new name, with aliases in place of anchors. Of its comments only the first remains:
/// the others stand in the block that was copied.
fn copy(block: &[&str], like: &str, renames: &Renames) -> Vec<String> {
    let title = block.first().and_then(|line| line.trim_start().strip_prefix("# ")).unwrap_or_default();
    let mut copied = Vec::with_capacity(block.len());
    // While set, lines with more indentation belong to an anchor.
    let mut anchored = None;
    for (index, line) in block.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        if anchored.is_some_and(|anchor| indent > anchor) || (index > 0 && line.trim_start().starts_with('#')) {
            continue;
        }
        let alias = with_alias(line, like);
        anchored = alias.is_some().then_some(indent);
        // `Kore.ai's` is `Acme's`, too.
        let line = alias.unwrap_or_else(|| (*line).to_owned()).replace(title, &super::capitalised(like));
        copied.push(renames.apply(&line));
    }
    copied
}

/// Returns a line that declares an anchor up to it, and with its alias in place of all behind it. None for every other
/// line, and for an anchor that has the provider's own name.
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
    fn a_copy_stands_behind_the_last_block_and_has_aliases() {
        let made = made("kommo");
        let parameter = "    Description: Kore.ai's\n  # Acme\n  Acme:\n    <<: *provider\n    Description: Acme's\n\n  # All providers\n";
        assert!(made.contains(parameter), "{made}");
        let resource = "  KoreFunction: {}\n\n  # Acme\n  AcmeFunction:\n    Alarms: &acme [{Value: acme}]\n    Metrics:\n      - *share\n      - {Id: refused, Dimensions: *acme}\n\nOutputs:\n";
        assert!(made.contains(resource), "{made}");
    }

    #[test]
    fn a_title_that_is_not_the_name_is_replaced_as_well() {
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
            // The dimensions of its own alarms.
            assert_eq!(anchors(&made), anchors(template) + 1, "{like}");
            assert!(made.contains("  AcmeFunction:\n") && made.contains("CodeUri: functions/acme\n"), "{like}");
        }
    }
}
