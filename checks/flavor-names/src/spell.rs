//! The canonical spelling of a name.

use std::fmt::{self, Display, Formatter, Write};

use crate::{Cpu, Disk, FlavorName, Gpu, Ram, Syntax};

impl Display for FlavorName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_name(f, self, Syntax::V3)
    }
}

impl Display for Ram {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.gib(), if self.has_half() { ".5" } else { "" })
    }
}

/// The name in the given syntax.
pub(crate) fn spelled(name: &FlavorName, syntax: Syntax) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write_name(&mut text, name, syntax);
    text
}

fn write_name(out: &mut impl Write, name: &FlavorName, syntax: Syntax) -> fmt::Result {
    let (part, extension) = (syntax.part(), syntax.extension());
    let main = &name.cpu_ram;
    write!(out, "{}{}{}{}", Syntax::PREFIX, main.cpus, main.kind.letter(), flag(main.insecure, "i"))?;
    write!(out, "{part}{}{}{}", main.ram, flag(main.no_ecc, "u"), flag(main.oversubscribed, "o"))?;
    if let Some(disk) = &name.disk {
        write_disk(out, disk, part)?;
    }
    if let Some(hypervisor) = name.hypervisor {
        write!(out, "{extension}{}", hypervisor.code())?;
    }
    if name.hwv {
        write!(out, "{extension}hwv")?;
    }
    if let Some(cpu) = &name.cpu {
        write_cpu(out, cpu, extension)?;
    }
    if let Some(gpu) = &name.gpu {
        write_gpu(out, gpu, extension, part)?;
    }
    if name.infiniband {
        write!(out, "{extension}ib")?;
    }
    Ok(())
}

fn write_disk(out: &mut impl Write, disk: &Disk, part: char) -> fmt::Result {
    out.write_char(part)?;
    if disk.count.get() != 1 {
        write!(out, "{}x", disk.count)?;
    }
    if let Some(size) = disk.size {
        write!(out, "{size}")?;
    }
    disk.kind.map_or(Ok(()), |kind| out.write_char(kind.letter()))
}

fn write_cpu(out: &mut impl Write, cpu: &Cpu, extension: char) -> fmt::Result {
    write!(out, "{extension}{}", cpu.vendor().letter())?;
    // "It is recommended to leave out the 0".
    if cpu.generation() != 0 {
        write!(out, "{}", cpu.generation())?;
    }
    out.write_str(cpu.frequency.letters())
}

fn write_gpu(out: &mut impl Write, gpu: &Gpu, extension: char, part: char) -> fmt::Result {
    let model = gpu.model;
    write!(out, "{extension}{}{}{}", gpu.access.letter(), model.vendor().letter(), model.generation_code())?;
    if let Some(units) = gpu.units {
        write!(out, "{part}{}", units.count)?;
    }
    out.write_str(gpu.frequency.letters())?;
    if let Some(memory) = gpu.units.and_then(|units| units.memory) {
        write!(out, "{part}{}{}", memory.gib, flag(memory.high_bandwidth, "h"))?;
    }
    Ok(())
}

fn flag(set: bool, letter: &'static str) -> &'static str {
    if set { letter } else { "" }
}
