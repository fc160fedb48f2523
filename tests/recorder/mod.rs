//! Recording to disk: the content of the file, also after losses, cuts and failures.
//!
//! Output and input are numbered, so that each frame of a file shows where it comes from.

mod files;
mod full;
mod gone;
mod killed;
mod losses;
mod numbers;
mod pipes;
mod punch;
mod reading;
mod takes;
