//! A process's share of a core and its CPU time, through the kernel's control groups, version 1 or 2.
//!
//! Lambda gives a function with 128 MB 128/1769 of a core, in periods of 20 ms. A quota has the same effect here: a process
//! that has used its share of a period waits for the next one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// The CPU share of 128 MB: Lambda gives a whole core at 1769 MB.
pub const SHARE_128_MB: f64 = 128.0 / 1769.0;

const PERIOD: Duration = Duration::from_millis(20);
const PREFIX: &str = "chathooks-bench-";

/// A control group for one process. Dropping it removes the group, unless a process is still in it.
#[derive(Debug)]
pub struct Group {
    limits: PathBuf,
    accounting: PathBuf,
    is_v2: bool,
}

impl Group {
    /// Creates a group, and checks that its share can be limited.
    ///
    /// # Errors
    /// The system or the user cannot create or limit a group. The error gives the reason.
    pub fn make() -> Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mounts").context("cannot read /proc/self/mounts")?;
        let name = format!("{PREFIX}{}", std::process::id());
        let group = if let (Some(cpu), Some(cpuacct)) = (mount(&mounts, "cgroup", "cpu"), mount(&mounts, "cgroup", "cpuacct")) {
            Self { limits: cpu.join(&name), accounting: cpuacct.join(&name), is_v2: false }
        } else if let Some(unified) = mount(&mounts, "cgroup2", "") {
            write(&unified.join("cgroup.subtree_control"), "+cpu")?;
            Self { limits: unified.join(&name), accounting: unified.join(&name), is_v2: true }
        } else {
            bail!("no control groups with the cpu controller are mounted");
        };
        for folder in [&group.limits, &group.accounting] {
            remove_stale(folder.parent().unwrap_or(folder));
            match fs::create_dir(folder) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(error).with_context(|| format!("cannot create {}", folder.display()));
                }
                _ => {}
            }
        }
        group.limit(Some(SHARE_128_MB))?;
        group.limit(None)?;
        Ok(group)
    }

    /// Returns the files to which a process writes its id to join the group.
    pub fn members(&self) -> impl Iterator<Item = PathBuf> {
        [&self.limits, &self.accounting].into_iter().map(|folder| folder.join("cgroup.procs"))
    }

    /// Limits the group to a share of a core; `None` removes the limit.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn limit(&self, share: Option<f64>) -> Result<()> {
        let quota = share.map(|share| PERIOD.mul_f64(share).as_micros().to_string());
        let period = PERIOD.as_micros().to_string();
        if self.is_v2 {
            let quota = quota.unwrap_or_else(|| "max".to_owned());
            return write(&self.limits.join("cpu.max"), &format!("{quota} {period}"));
        }
        write(&self.limits.join("cpu.cfs_period_us"), &period)?;
        write(&self.limits.join("cpu.cfs_quota_us"), &quota.unwrap_or_else(|| "-1".to_owned()))
    }

    /// Returns the user and kernel CPU time that the group's processes have used.
    ///
    /// # Errors
    /// The kernel's file is missing or malformed.
    pub fn cpu_time(&self) -> Result<Duration> {
        if self.is_v2 {
            let text = read(&self.accounting.join("cpu.stat"))?;
            let usage = text.lines().find_map(|line| line.strip_prefix("usage_usec ")).context("no usage_usec in cpu.stat")?;
            return Ok(Duration::from_micros(usage.trim().parse()?));
        }
        let text = read(&self.accounting.join("cpuacct.usage"))?;
        Ok(Duration::from_nanos(text.trim().parse()?))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in [&self.limits, &self.accounting] {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Returns the CPU time of a process without a group: the sum over its running threads. Threads that have ended do not count.
///
/// # Errors
/// The process has ended, or the kernel has no `schedstat`.
pub fn cpu_time_of_threads(process: u32) -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task")).context("the process has ended")? {
        // A thread can end during this loop.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        let used = text.split(' ').next().context("an empty schedstat")?;
        nanoseconds += used.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// Returns the peak resident memory of a process, in bytes.
///
/// # Errors
/// The process has ended.
pub fn peak_memory(process: u32) -> Result<u64> {
    let status = read(Path::new(&format!("/proc/{process}/status")))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}

/// Returns where a file system of this kind with this controller is mounted.
fn mount(mounts: &str, kind: &str, controller: &str) -> Option<PathBuf> {
    mounts.lines().find_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (path, found, options) = (fields.next()?, fields.next()?, fields.next()?);
        let has = controller.is_empty() || options.split(',').any(|option| option == controller);
        (found == kind && has).then(|| PathBuf::from(path))
    })
}

/// Removes the empty groups of killed runs.
fn remove_stale(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controllers_are_found_at_their_mount_points() {
        let v1 = "tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /a/cpuset cgroup rw,cpuset 0 0\ncgroup /a/cpu cgroup rw,cpu,cpuacct 0 0\n\
                  cgroup2 /a/unified cgroup2 rw,nsdelegate 0 0\n";
        assert_eq!(mount(v1, "cgroup", "cpu"), Some("/a/cpu".into()));
        assert_eq!(mount(v1, "cgroup", "cpuacct"), Some("/a/cpu".into()));
        assert_eq!(mount(v1, "cgroup", "memory"), None);
        assert_eq!(mount(v1, "cgroup2", ""), Some("/a/unified".into()));
        assert_eq!(mount("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", "cgroup", "cpu"), None);
    }

    #[test]
    fn a_busy_process_has_used_time_and_memory() {
        let used = || cpu_time_of_threads(std::process::id()).unwrap();
        let before = used();
        let work = std::iter::repeat_with(|| std::hint::black_box((0..100_000_u64).fold(0, u64::wrapping_add)));
        assert!(work.map(|_| used()).any(|now| now > before));
        assert!(peak_memory(std::process::id()).unwrap() > 100_000);
    }
}
