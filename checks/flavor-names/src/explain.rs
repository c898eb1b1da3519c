//! What a name means, in English.

use crate::{
    Cpu, CpuFrequency, CpuKind, CpuRam, CpuVendor, Disk, DiskKind, FlavorName, Gpu, GpuAccess, Hypervisor,
};
use crate::{GpuFrequency, GpuUnits, GpuVendor};

/// The meaning of a name: its parts in the order of the name, with `; ` between them.
pub(crate) fn explain(name: &FlavorName) -> String {
    let mut parts = vec![vcpus(&name.cpu_ram, name.cpu), ram(&name.cpu_ram)];
    parts.push(name.disk.as_ref().map_or_else(|| "no disk, boot from a volume".to_owned(), disk));
    parts.extend(name.hypervisor.map(|hypervisor| format!("on {}", label(hypervisor))));
    parts.extend(name.hwv.then(|| "hardware virtualization".to_owned()));
    parts.extend(name.gpu.map(gpu));
    parts.extend(name.infiniband.then(|| "InfiniBand".to_owned()));
    parts.join("; ")
}

fn vcpus(main: &CpuRam, cpu: Option<Cpu>) -> String {
    let kind = match main.kind {
        CpuKind::CrowdedCore => "heavily oversubscribed vCPU",
        CpuKind::SharedCore => "oversubscribed vCPU",
        CpuKind::DedicatedThread => "dedicated thread",
        CpuKind::DedicatedCore => "dedicated core",
    };
    let plural = plural(main.cpus.get());
    let architecture = cpu.map_or_else(|| "generic x86-64".to_owned(), architecture);
    let insecure =
        if main.insecure { " (insecure: weak protection against CPU vulnerabilities)" } else { "" };
    format!("{} {kind}{plural} on {architecture}{insecure}", main.cpus)
}

fn architecture(cpu: Cpu) -> String {
    let vendor = cpu.vendor().label();
    let generation = match (cpu.generation_name(), cpu.vendor()) {
        (Some(name), _) => format!(" {name}"),
        (None, CpuVendor::Intel | CpuVendor::Amd) => " x86-64".to_owned(),
        (None, CpuVendor::Arm | CpuVendor::RiscV) => String::new(),
    };
    let frequency = match cpu.frequency {
        CpuFrequency::Standard => "",
        CpuFrequency::High => " above 2.75 GHz",
        CpuFrequency::VeryHigh => " above 3.25 GHz",
        CpuFrequency::Highest => " above 3.75 GHz",
    };
    format!("{vendor}{generation}{frequency}")
}

fn ram(main: &CpuRam) -> String {
    let caveat = match (main.no_ecc, main.oversubscribed) {
        (false, false) => "",
        (true, false) => " (no ECC)",
        (false, true) => " (oversubscribed)",
        (true, true) => " (no ECC, oversubscribed)",
    };
    format!("{} GiB RAM{caveat}", main.ram)
}

fn disk(disk: &Disk) -> String {
    let (kind, note) = match disk.kind {
        None => ("disk", " (any type)"),
        Some(DiskKind::Network) => ("network disk", ""),
        Some(DiskKind::Hdd) => ("local hard disk", ""),
        Some(DiskKind::Ssd) => ("local SSD", ""),
        Some(DiskKind::Nvme) => ("local NVMe disk", ""),
    };
    let size = disk.size.map_or_else(|| "a size the cloud chooses".to_owned(), |size| format!("{size} GB"));
    let each = if disk.count.get() == 1 { "" } else { " each" };
    format!("{} {kind}{}{note} of {size}{each}", disk.count, plural(disk.count.get()))
}

fn label(hypervisor: Hypervisor) -> &'static str {
    match hypervisor {
        Hypervisor::Kvm => "KVM",
        Hypervisor::CloudHypervisor => "Cloud Hypervisor",
        Hypervisor::Xen => "Xen",
        Hypervisor::Vmware => "VMware",
        Hypervisor::HyperV => "Hyper-V",
        Hypervisor::BareMetal => "bare metal",
    }
}

fn gpu(gpu: Gpu) -> String {
    let access = match gpu.access {
        GpuAccess::PassThrough => "pass-through",
        GpuAccess::Virtual => "virtual",
    };
    let vendor = gpu.model.vendor();
    let generation = gpu.model.generation_name().map(|name| format!(" {name}")).unwrap_or_default();
    let frequency = match gpu.frequency {
        GpuFrequency::Standard => None,
        GpuFrequency::High => Some("high frequency"),
        GpuFrequency::VeryHigh => Some("very high frequency"),
    };
    let details = match (gpu.units, frequency) {
        (None, None) => String::new(),
        (None, Some(frequency)) => format!(" ({frequency})"),
        (Some(given), _) => format!(" ({})", units(given, vendor, frequency)),
    };
    format!("{access} GPU {}{generation}{details}", vendor.label())
}

fn units(units: GpuUnits, vendor: GpuVendor, frequency: Option<&str>) -> String {
    let frequency = frequency.map(|frequency| format!(" of {frequency}")).unwrap_or_default();
    let memory = units.memory.map(|memory| {
        let bandwidth = if memory.high_bandwidth { "high-bandwidth " } else { "" };
        format!(", {} GiB of {bandwidth}video memory", memory.gib)
    });
    let plural = plural(units.count.get());
    format!("{} {}{plural}{frequency}{}", units.count, vendor.unit(), memory.unwrap_or_default())
}

fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}
