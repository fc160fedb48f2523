//! What calls the engine once per period, and where the sound goes.
//!
//! Flow: server, device, timer or caller -> [`Driver`] -> [`Lease::run`] -> [`Process`] (the
//! engine) -> buffers of the period. Drivers know nothing of clips; the engine knows nothing of
//! drivers.
//! Thread: [`open()`], `start`, `stop` and dropping on a control thread; [`Lease::run`] on the audio
//! thread.
//!
//! `docs/ARCHITECTURE.md` lists what a new driver needs, here and elsewhere.

mod alsa;
mod contract;
mod gate;
mod jack;
mod null;
mod offline;
mod open;
mod period;
mod slot;
mod target;

pub use alsa::{AlsaConfig, AlsaDevice, AlsaInfo};
pub(crate) use contract::{Driver, Info, Notice, Notify, Resume};
pub(crate) use offline::Offline;
pub(crate) use open::{open, turns_ended};
pub(crate) use period::{Period, Process};
pub(crate) use slot::{Lease, Slot};
pub use target::DriverKind;
pub(crate) use target::{JackTarget, Request, SimulatedTarget, Target};
