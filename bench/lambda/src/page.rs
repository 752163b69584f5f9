//! Generated blocks in hand-written pages.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A block's name and its content.
pub type Block<'a> = (&'a str, &'a str);

/// Writes blocks into a page, each between `<!-- NAME -->` and `<!-- /NAME -->`. Blocks that the page does not have are skipped.
///
/// # Errors
/// The page cannot be read or written, or a block has no end.
pub fn write(file: &Path, blocks: &[Block<'_>]) -> Result<()> {
    let mut text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    for block in blocks {
        text = replace(&text, *block).with_context(|| file.display().to_string())?;
    }
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn replace(text: &str, (name, content): Block<'_>) -> Result<String> {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let Some((before, rest)) = text.split_once(&start) else { return Ok(text.to_owned()) };
    let Some((_, after)) = rest.split_once(&end) else { bail!("{start:?} has no {end:?}") };
    Ok(format!("{before}{start}{}\n{end}{after}", content.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "a\n<!-- b -->\nold\n<!-- /b -->\nc\n";

    #[test]
    fn a_block_is_replaced_and_nothing_else() {
        let once = replace(PAGE, ("b", "new\nlines\n")).unwrap();
        assert_eq!(once, "a\n<!-- b -->\nnew\nlines\n<!-- /b -->\nc\n");
        assert_eq!(replace(&once, ("b", "new\nlines\n")).unwrap(), once);
        assert_eq!(replace(PAGE, ("other", "new")).unwrap(), PAGE);
    }

    #[test]
    fn a_block_without_an_end_is_an_error() {
        replace("<!-- b -->\nold", ("b", "new")).unwrap_err();
    }
}
