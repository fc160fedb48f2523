//! Compares the library's decoders with other decoders, for random files.
//!
//! Each round has a seed. It makes a random sound and a file of it ([`formats`]): by an encoder with random
//! options, or by [`writers`] for features that encoders do not use. Then it changes the file so that it
//! stays valid. [`judge`] decodes the file with the library and with each of [`references`]. A difference
//! that is not in [`explained`] ends the run.
//!
//! `scripts/fuzz-compare` builds and runs this.

mod case;
mod explained;
mod formats;
mod judge;
mod references;
#[path = "../reference/rng.rs"]
#[allow(dead_code, reason = "the model of the engine needs more of it")]
mod rng;
mod sound;
mod tally;
mod writers;

use case::{Case, Workshop};
use formats::FORMATS;
use rng::Rng;
use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};
use tally::Tally;

const USAGE: &str =
    "usage: compare FOLDER SECONDS [--start SEED] [--all] | compare FOLDER --seed SEED
    FOLDER  where files with differences are kept
    --start the first seed; each round takes the next one (default: of the clock)
    --all   go on after a difference
    --seed  this round alone";

/// The options of the command line.
struct Options {
    found: PathBuf,
    seconds: u64,
    start: u64,
    /// Runs only the round of `start`.
    once: bool,
    /// Continues after differences.
    all: bool,
}

/// Shared by all threads.
struct Run {
    options: Options,
    next: AtomicU64,
    failed: AtomicBool,
    tally: Mutex<Tally>,
    deadline: Instant,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(options) = parse(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let scratch = std::env::temp_dir().join(format!("amio-compare-{}", std::process::id()));
    fs::create_dir_all(&scratch).expect("the folder for temporary files is writable");
    references::prepare(&scratch);
    let run = Run {
        next: AtomicU64::new(options.start),
        failed: AtomicBool::new(false),
        tally: Mutex::default(),
        deadline: Instant::now() + Duration::from_secs(options.seconds),
        options,
    };
    let threads = if run.options.once { 1 } else { 2 };
    std::thread::scope(|scope| {
        let (begin, begun) = mpsc::channel();
        for thread in 0..threads {
            let folder = scratch.join(thread.to_string());
            let (run, begin) = (&run, begin.clone());
            scope.spawn(move || {
                run.rounds(&folder, |seed| {
                    let _ = begin.send((thread, seed));
                });
            });
        }
        drop(begin);
        watch(&begun, &scratch);
    });
    let _ = fs::remove_dir_all(&scratch);
    let complete = run
        .tally()
        .print(if run.options.once { &[] } else { &NAMES });
    if run.failed.load(Ordering::Relaxed) {
        return ExitCode::FAILURE;
    }
    if !run.options.once && !complete {
        println!("not every format was compared");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

const NAMES: [&str; FORMATS.len()] = {
    let mut names = [""; FORMATS.len()];
    let mut n = 0;
    while n < names.len() {
        names[n] = FORMATS[n].0;
        n += 1;
    }
    names
};

fn parse(arguments: &[String]) -> Option<Options> {
    let clock = || {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |now| now.as_secs() << 20)
    };
    let mut words = arguments.iter().map(String::as_str);
    let mut options = Options {
        found: words.next()?.into(),
        seconds: 0,
        start: clock(),
        once: false,
        all: false,
    };
    while let Some(word) = words.next() {
        match word {
            "--all" => options.all = true,
            "--start" => options.start = words.next()?.parse().ok()?,
            "--seed" => {
                options.start = words.next()?.parse().ok()?;
                options.once = true;
            }
            seconds => options.seconds = seconds.parse().ok()?,
        }
    }
    Some(options)
}

impl Run {
    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rounds(&self, folder: &Path, begin: impl Fn(u64)) {
        loop {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            begin(seed);
            fs::create_dir_all(folder).expect("the folder for temporary files is writable");
            if catch_unwind(AssertUnwindSafe(|| self.round(seed, folder))).is_err() {
                println!("seed {seed}: the comparison itself failed");
                self.failed.store(true, Ordering::Relaxed);
            }
            let _ = fs::remove_dir_all(folder);
            let over = self.options.once || Instant::now() >= self.deadline;
            if over || (self.failed.load(Ordering::Relaxed) && !self.options.all) {
                return;
            }
        }
    }

    fn round(&self, seed: u64, folder: &Path) {
        let (format, make) = FORMATS[(seed % FORMATS.len() as u64) as usize];
        let case = match make(Workshop::new(format, seed, folder)) {
            Ok(case) => case,
            Err(why) => return self.tally().not_made(format, why),
        };
        let mut rng = Rng::new(!seed);
        let verdict = judge::judge(&case, folder, &mut rng);
        let mut tally = self.tally();
        tally.compared(&case, &verdict.compared);
        let mut unexplained = Vec::new();
        for difference in verdict.differences {
            match explained::find(&difference) {
                Some(entry) => tally.explained(entry),
                None => unexplained.push(difference.to_string()),
            }
        }
        if !unexplained.is_empty() {
            self.failed.store(true, Ordering::Relaxed);
            report(seed, &case, &unexplained, &self.options.found);
        }
    }
}

/// Ends the program if a round takes longer than two minutes.
fn watch(begun: &mpsc::Receiver<(usize, u64)>, scratch: &Path) {
    let mut rounds = BTreeMap::new();
    loop {
        match begun.recv_timeout(Duration::from_secs(1)) {
            Ok((thread, seed)) => drop(rounds.insert(thread, (seed, Instant::now()))),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
        let hangs = |(_, since): &&(u64, Instant)| since.elapsed() > Duration::from_secs(120);
        if let Some((seed, _)) = rounds.values().find(hangs) {
            println!("seed {seed}: hangs: scripts/fuzz-compare --seed {seed}");
            let _ = fs::remove_dir_all(scratch);
            std::process::exit(1);
        }
    }
}

/// Keeps the file, and prints how it was made and the differences.
fn report(seed: u64, case: &Case, differences: &[String], found: &Path) {
    let name = format!(
        "{seed}-{}",
        case.file.file_name().unwrap_or_default().display()
    );
    let kept = found.join(name);
    let copied = fs::create_dir_all(found).and_then(|()| fs::copy(&case.file, &kept));
    println!("{}: a difference that is not explained", case.format);
    println!("    seed {seed}: scripts/fuzz-compare --seed {seed}");
    match copied {
        Ok(_) => println!("    kept as {}", kept.display()),
        Err(error) => println!("    not kept: {error}"),
    }
    for line in &case.recipe {
        println!("    made: {line}");
    }
    println!("    modes: {}", case.modes.join(", "));
    for difference in differences {
        println!("    {difference}");
    }
}
