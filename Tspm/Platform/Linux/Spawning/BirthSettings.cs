using System.Globalization;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// The settings that a child has from its first instant, besides environment and descriptors, in the kernel's numbers:
/// a complete <see cref="LaunchContext"/>. It can be written as one word for the command line of the set-up mode.
/// </summary>
internal sealed unsafe class BirthSettings
{
    /// <summary>
    /// Limits that this process must not have even for a microsecond: a write or the creation of a thread could fail
    /// elsewhere in the process, or a signal could end it.
    /// </summary>
    static readonly int[] Dangerous = [SysResource.RLIMIT_FSIZE, SysResource.RLIMIT_DATA, SysResource.RLIMIT_AS,
        SysResource.RLIMIT_CPU, SysResource.RLIMIT_NPROC];

    /// <summary>
    /// With a smaller stack limit, the stack of this process's main thread might not be able to grow.
    /// </summary>
    const ulong SmallStack = 1 << 20;

    public required uint Umask { get; init; }
    public required int Nice { get; init; }
    public required int IoPriority { get; init; }

    /// <summary>A mask of processors; null for all.</summary>
    public ulong[]? Cpus { get; init; }

    /// <summary>Soft limits by kernel number; null for the limit of this process.</summary>
    public required ulong?[] Limits { get; init; }

    /// <param name="launch">The stored launch context; null if there is none.</param>
    /// <param name="openFiles">The descriptor limit if the launch context has none.</param>
    /// <param name="original">The limits that the guardian was started with.</param>
    public static BirthSettings From(LaunchContext? launch, long? openFiles, ulong?[] original)
    {
        var limits = (ulong?[])original.Clone();
        if (openFiles is { } files and >= 0)
            limits[SysResource.RLIMIT_NOFILE] = files == long.MaxValue ? SoftLimits.Unlimited : (ulong)files;
        if (launch?.Limits is { } text && SoftLimits.Parse(text) is { } wanted)
            for (var i = 0; i < wanted.Length; i++) limits[i] = wanted[i] ?? limits[i];
        return new BirthSettings
        {
            Umask = launch?.Umask is { } mask && LaunchContext.ParseOctal(mask) is { } bits
                ? bits
                : LaunchContext.DefaultUmaskBits,
            Nice = launch?.Nice ?? 0,
            IoPriority = launch?.IoPriority is { } priority ? Tspm.Model.Config.IoPriority.Parse(priority) ?? 0 : 0,
            Cpus = launch?.Cpus is { } cpus ? CpuList.Parse(cpus) : null,
            Limits = limits,
        };
    }

    /// <summary>
    /// Whether only the set-up mode can apply these settings, because this process must not have them itself.
    /// </summary>
    public bool NeedsSetUp()
    {
        if (Limits[SysResource.RLIMIT_STACK] < SmallStack) return true;
        foreach (var resource in Dangerous)
        {
            ResourceLimit own;
            if (Limits[resource] is not { } wanted || SysResource.getrlimit(resource, &own) != 0) continue;
            // A soft limit above the hard limit is reduced to it, unless this process may raise the hard limit.
            if (own.rlim_cur != wanted
                && (wanted <= own.rlim_max || own.rlim_cur != own.rlim_max
                    || LimitedSpawn.CanHave(resource, wanted))) return true;
        }
        return false;
    }

    public string ToWord() =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Umask};{Nice};{IoPriority};{(Cpus is null ? "" : CpuList.Format(Cpus))};{SoftLimits.Format(Limits)}");

    /// <returns>Null if the word was not written by <see cref="ToWord"/>.</returns>
    public static BirthSettings? Parse(string word)
    {
        var culture = CultureInfo.InvariantCulture;
        if (word.Split(';') is not [var umask, var nice, var priority, var cpus, var limits]) return null;
        if (!uint.TryParse(umask, NumberStyles.None, culture, out var mask)
            || !int.TryParse(nice, NumberStyles.AllowLeadingSign, culture, out var niceness)) return null;
        if (!int.TryParse(priority, NumberStyles.None, culture, out var io)
            || SoftLimits.Parse(limits) is not { } parsed) return null;
        return new BirthSettings
        {
            Umask = mask,
            Nice = niceness,
            IoPriority = io,
            Cpus = cpus.Length == 0 ? null : CpuList.Parse(cpus),
            Limits = parsed,
        };
    }
}
