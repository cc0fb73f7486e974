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
/// The only place that checks the operating system. All other code is compiled for every system, and this class chooses
/// the implementation.
/// </summary>
internal static class CurrentSystem
{
    /// <summary>Whether Tspm can supervise processes on this system; if not, the sentence says so.</summary>
    public static bool IsSupported([NotNullWhen(false)] out string? sentence)
    {
        sentence = OperatingSystem.IsLinux()
            ? null
            : $"Tspm currently supervises processes on Linux only; this system is {Environment.OSVersion.Platform}.";
        return sentence is null;
    }

    /// <summary>
    /// Creates the process system; <see cref="LinuxProcessSystem"/> describes the parameters. The loop must be running.
    /// </summary>
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

    /// <summary>
    /// The folder in which processes get their own cgroups, see <see cref="CgroupPlace"/>; null if they get none.
    /// </summary>
    public static string? CgroupFolder(string? setting, string name, out string? trouble)
    {
        trouble = null;
        if (!OperatingSystem.IsLinux() || CgroupPlace.Find(setting, out trouble) is not { } place) return null;
        return ProcessCgroups.FolderOf(place, name);
    }

    /// <summary>Whether the system may refuse to watch a socket (man 2 epoll_ctl: ENOMEM, ENOSPC).</summary>
    public static bool MayRefuseToWatch => OperatingSystem.IsLinux();

    /// <summary>Whether this is macOS, which allows only shorter socket paths.</summary>
    public static bool IsMacOS => OperatingSystem.IsMacOS();

    /// <summary>The effective user of this process.</summary>
    public static uint UserId => Unistd.geteuid();

    /// <summary>Creates the listener that accepts clients.</summary>
    /// <param name="descriptor">The socket on which the guardian listens; the listener closes it.</param>
    public static IControlListener ListenForClients(Descriptor descriptor) => OperatingSystem.IsWindows()
        ? new PipeControlListener(
            PipeControlListener.NameOf(System.Security.Principal.WindowsIdentity.GetCurrent().User?.Value
                ?? Environment.UserName), owner: 0)
        : UnixControlListener.From(descriptor);

    /// <summary>The soft limit of open descriptors of this process; null if it cannot be read.</summary>
    public static unsafe long? OpenFilesLimit()
    {
        ResourceLimit limit;
        return SysResource.getrlimit(SysResource.RLIMIT_NOFILE, &limit) == 0
            ? (long)Math.Min(limit.rlim_cur, long.MaxValue)
            : null;
    }

    /// <summary>
    /// Returns what a child of this process would inherit, see <see cref="Tspm.Model.Config.LaunchContext"/>; null if
    /// the system does not report it.
    /// </summary>
    public static Tspm.Model.Config.LaunchContext? Launch() => OperatingSystem.IsLinux() ? OwnLaunch.Read() : null;

    /// <summary>
    /// Returns what a child of another process would inherit; null if the process is gone or the system does not report
    /// it.
    /// </summary>
    public static Tspm.Model.Config.LaunchContext? LaunchOf(int pid) =>
        OperatingSystem.IsLinux() ? PeerLaunch.Read(pid) : null;

    /// <summary>
    /// Whether the kernel reports how a process ended that is not a child of this one. Linux does since 6.15.
    /// </summary>
    public static bool ReportsExitOfOthers => SysPidfd.ReportsExitOfOthers;

    /// <summary>Creates the object that finds out who listens on the ports of this machine.</summary>
    public static ITcpListeners CreateTcpListeners() => new TcpListeners();

    /// <summary>Creates the object that finds out on which ports processes listen.</summary>
    public static IListeningPorts CreateListeningPorts() => new ListeningPorts(new TcpReadings());

    /// <summary>Creates a mover for one FIFO.</summary>
    public static IByteMover CreateByteMover() => OperatingSystem.IsLinux() ? SpliceMover.Instance : new CopyMover();
}
