using System.Diagnostics.CodeAnalysis;
using Tspm.Libc;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Cgroups;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform.Linux.Spawning;
using Tspm.Platform.Linux.Tree;
using Tspm.Platform.Portable;
using Tspm.Platform.Windows;

namespace Tspm.Platform;

/// <summary>
/// The only place that asks which operating system this is. Everything else is compiled everywhere and chosen here.
/// </summary>
internal static class CurrentSystem
{
    /// <summary>False: this system has no floor yet, and the sentence says so.</summary>
    public static bool IsSupported([NotNullWhen(false)] out string? sentence)
    {
        sentence = OperatingSystem.IsLinux()
            ? null
            : "Tspm supervises processes on Linux only so far; this system is " + Environment.OSVersion.Platform + ".";
        return sentence is null;
    }

    /// <summary>See <see cref="LinuxProcessSystem"/> for the parameters. The loop must be started.</summary>
    public static IProcessSystem CreateProcessSystem(
        EventLoop loop, int guardianPid, SetUpCommand setUpCommand, ulong originalOpenFiles, int? originalOomScore,
        string? originalLimits, string? cgroupFolder, Survivors? survivors = null)
    {
        if (!IsSupported(out var sentence)) throw new PlatformNotSupportedException(sentence);
        var cgroups = cgroupFolder is null ? null : new ProcessCgroups(cgroupFolder);
        return new LinuxProcessSystem(
            loop, guardianPid, setUpCommand, originalOpenFiles, originalOomScore, cgroups: cgroups,
            originalLimits: originalLimits)
        { Survivors = survivors };
    }

    /// <summary>Where processes get cgroups of their own, see <see cref="CgroupPlace"/>; null: nowhere.</summary>
    public static string? CgroupFolder(string? setting, string name, out string? trouble)
    {
        trouble = null;
        if (!OperatingSystem.IsLinux() || CgroupPlace.Find(setting, out trouble) is not { } place) return null;
        return ProcessCgroups.FolderOf(place, name);
    }

    /// <summary>Sockets may be refused to be watched (man 2 epoll_ctl: ENOMEM, ENOSPC).</summary>
    public static bool MayRefuseToWatch => OperatingSystem.IsLinux();

    /// <summary>macOS has a shorter limit for socket paths.</summary>
    public static bool IsMacOS => OperatingSystem.IsMacOS();

    /// <summary>Effective user of this process.</summary>
    public static uint UserId => Unistd.geteuid();

    /// <summary>Where clients connect.</summary>
    /// <param name="descriptor">Of the socket on which the guardian listens; closed with what is returned.</param>
    public static IControlListener ListenForClients(Descriptor descriptor) => OperatingSystem.IsWindows()
        ? new PipeControlListener(
            PipeControlListener.NameOf(System.Security.Principal.WindowsIdentity.GetCurrent().User?.Value
                ?? Environment.UserName), owner: 0)
        : UnixControlListener.Of(descriptor);

    /// <summary>Soft limit of open descriptors of this process; null when it is not known.</summary>
    public static unsafe long? OpenFilesLimit()
    {
        ResourceLimit limit;
        return SysResource.getrlimit(SysResource.RLIMIT_NOFILE, &limit) == 0
            ? (long)Math.Min(limit.rlim_cur, long.MaxValue)
            : null;
    }

    /// <summary>
    /// What a child of this process would inherit of it, see <see cref="Tspm.Model.Config.LaunchContext"/>; null: this
    /// system does not say.
    /// </summary>
    public static Tspm.Model.Config.LaunchContext? Launch() => OperatingSystem.IsLinux() ? OwnLaunch.Read() : null;

    /// <summary>The same of another process; null: it is gone, or this system does not say.</summary>
    public static Tspm.Model.Config.LaunchContext? LaunchOf(int pid) =>
        OperatingSystem.IsLinux() ? PeerLaunch.Read(pid) : null;

    /// <summary>
    /// Does this kernel tell how a process ended that is not a child of this one? Linux does from 6.15 on.
    /// </summary>
    public static bool ReportsExitOfOthers => SysPidfd.ReportsExitOfOthers;

    /// <summary>Who listens on the ports of this machine.</summary>
    public static ITcpListeners CreateTcpListeners() => new TcpListeners();

    /// <summary>A mover for one FIFO.</summary>
    public static IByteMover CreateByteMover() => OperatingSystem.IsLinux() ? SpliceMover.Instance : new CopyMover();
}
