//! Recording to disk: the content of the file, also after losses, cuts and failures.
//!
//! What is played or fed in is numbered, so that each frame of a file tells where it comes from.

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
