//! rtkit: a service on the D-Bus system bus that gives threads of users real-time scheduling where no limit allows it.
//!
//! Its documentation asks clients to try without it first, and to set RLIMIT_RTTIME: the system then ends a process
//! whose threads compute for too long without a sleep. That limit is set only just before rtkit is asked for a thread.

use super::thread;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::OwnedValue;

/// Its name on the bus, and that of its interface.
const NAME: &str = "org.freedesktop.RealtimeKit1";
const PATH: &str = "/org/freedesktop/RealtimeKit1";

/// How long the bus and rtkit may take. The bus may have to start rtkit first. Less than the second that a call which
/// stops a driver waits for its thread.
const PATIENCE: Duration = Duration::from_millis(800);

/// Asks for SCHED_RR for the calling thread, and returns the priority that it has got: at most the one that rtkit allows.
///
/// A thread of its own talks to the bus, since connecting has no timeout. It stays there if the bus hangs, but
/// changes nothing any more.
pub(super) fn request(priority: i32) -> Result<i32, String> {
    // SAFETY: it takes nothing, and returns the number of the calling thread.
    let thread = unsafe { libc::gettid() } as u64;
    let (tell, told) = mpsc::channel();
    let given_up = Arc::new(AtomicBool::new(false));
    let is_late = given_up.clone();
    let ask = move || {
        let is_late = || is_late.load(Ordering::Relaxed);
        // Nobody listens any more if it is late.
        let _ = tell.send(ask(thread, priority, is_late).map_err(|error| error.to_string()));
    };
    thread::spawn("amio-rtkit", ask).map_err(|error| error.to_string())?;
    told.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        given_up.store(true, Ordering::Relaxed);
        Err(format!("no answer in {} ms", PATIENCE.as_millis()))
    })
}

fn ask(thread: u64, priority: i32, is_late: impl Fn() -> bool) -> Result<i32, Box<dyn Error>> {
    let bus = Builder::system()?.method_timeout(PATIENCE).build()?;
    let highest: i32 = property(&bus, "MaxRealtimePriority")?.try_into()?;
    let longest_us: i64 = property(&bus, "RTTimeUSecMax")?.try_into()?;
    let priority = priority.min(highest);
    if is_late() {
        return Err("too late".into());
    }
    limit_run(u64::try_from(longest_us)?)?;
    let request = (thread, u32::try_from(priority)?);
    bus.call_method(Some(NAME), PATH, Some(NAME), "MakeThreadRealtime", &request)?;
    Ok(priority)
}

/// rtkit has no `GetAll`, with which a proxy of zbus begins.
fn property(bus: &Connection, name: &str) -> zbus::Result<OwnedValue> {
    let properties = "org.freedesktop.DBus.Properties";
    let answer = bus.call_method(Some(NAME), PATH, Some(properties), "Get", &(NAME, name))?;
    answer.body().deserialize()
}

/// Lowers RLIMIT_RTTIME to what rtkit demands: both limits, of which it looks at the hard one. A lower one stays.
fn limit_run(longest_us: u64) -> io::Result<()> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is writable.
    if unsafe { libc::getrlimit(libc::RLIMIT_RTTIME, &mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let hard = limit.rlim_max.min(longest_us);
    let lowered = libc::rlimit {
        rlim_cur: limit.rlim_cur.min(hard),
        rlim_max: hard,
    };
    // SAFETY: `lowered` is valid.
    match unsafe { libc::setrlimit(libc::RLIMIT_RTTIME, &lowered) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
