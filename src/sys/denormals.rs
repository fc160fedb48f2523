//! Denormal numbers: flushed to zero, or kept.

/// Sets how denormal numbers are treated on this thread, until it is dropped.
pub(crate) struct Denormals {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    before: u64,
}

impl Denormals {
    /// They are flushed to zero: on the audio thread, where they would cost time.
    pub fn flushed() -> Denormals {
        Denormals::set(true)
    }

    /// They are kept: where every thread must compute the same numbers.
    pub fn kept() -> Denormals {
        Denormals::set(false)
    }
}

#[cfg(target_arch = "x86_64")]
impl Denormals {
    fn set(flushed: bool) -> Denormals {
        const FLUSH_RESULTS_AND_INPUTS: u32 = 1 << 15 | 1 << 6;
        let mut before = 0u32;
        // SAFETY: stores and loads the SSE control register; no memory but `before` is touched.
        unsafe {
            std::arch::asm!("stmxcsr [{}]", in(reg) &mut before, options(nostack));
            let wanted = if flushed {
                before | FLUSH_RESULTS_AND_INPUTS
            } else {
                before & !FLUSH_RESULTS_AND_INPUTS
            };
            std::arch::asm!("ldmxcsr [{}]", in(reg) &wanted, options(nostack));
        }
        Denormals {
            before: before.into(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Drop for Denormals {
    fn drop(&mut self) {
        let before = self.before as u32;
        // SAFETY: restores what `set` read.
        unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &before, options(nostack)) };
    }
}

#[cfg(target_arch = "aarch64")]
impl Denormals {
    fn set(flushed: bool) -> Denormals {
        const FLUSH: u64 = 1 << 24;
        let before: u64;
        // SAFETY: reads and writes the floating-point control register only.
        unsafe {
            std::arch::asm!("mrs {}, fpcr", out(reg) before, options(nomem, nostack));
            let wanted = if flushed {
                before | FLUSH
            } else {
                before & !FLUSH
            };
            std::arch::asm!("msr fpcr, {}", in(reg) wanted, options(nomem, nostack));
        }
        Denormals { before }
    }
}

#[cfg(target_arch = "aarch64")]
impl Drop for Denormals {
    fn drop(&mut self) {
        // SAFETY: restores what `set` read.
        unsafe { std::arch::asm!("msr fpcr, {}", in(reg) self.before, options(nomem, nostack)) };
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
impl Denormals {
    fn set(_flushed: bool) -> Denormals {
        Denormals {}
    }
}
