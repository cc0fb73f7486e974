using System.Globalization;
using Tspm.Libc;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// A guardian that is still running although its home was removed or moved. A new guardian looks for one before it
/// starts in an empty home, because it would start a second copy of every process that the other one runs. Instead, it
/// asks the other guardian to recreate its home, by SIGURG, which older versions ignore.
/// </summary>
internal static class HomelessGuardian
{
    static readonly TimeSpan ReviveTimeout = TimeSpan.FromSeconds(5), PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Finds a running guardian of this home.</summary>
    /// <returns>Its pid; 0 if there is none.</returns>
    public static int Find(TspmHome home)
    {
        var files = new ProcFiles();
        foreach (var program in RunningPrograms.Read())
        {
            if (program.Arguments is not [_, GuardianMain.Word, ..] || !SharesFileSystem(program.Pid)) continue;
            if (TspmHome.PathIn(files.ReadEnvironment(program.Pid), program.Folder ?? "/") == home.Path
                && HoldsLock(home, program.Pid)) return program.Pid;
        }
        return 0;
    }

    /// <summary>Asks the guardian to recreate its home, and waits until its socket accepts connections.</summary>
    /// <exception cref="HomeException">That did not happen in time.</exception>
    public static void Revive(TspmHome home, int pid)
    {
        _ = SysSignal.kill(pid, Tspm.Model.Config.Signals.SIGURG);
        var until = Environment.TickCount64 + (long)ReviveTimeout.TotalMilliseconds;
        while (!Election.CanConnect(home.SocketPath))
        {
            if (Environment.TickCount64 > until) throw new HomeException(Refusal(home, pid));
            Time.Pause(PollInterval);
        }
    }

    static string Refusal(TspmHome home, int pid) => string.Create(
        CultureInfo.InvariantCulture,
        $"{home.Path} was removed or moved while its daemon was running, and that daemon still runs its processes "
            + $"(guardian pid {pid}); starting them here as well would run everything twice. Stop them with: kill "
            + $"{pid}; then try again");

    /// <summary>Whether the same paths mean the same files to that process.</summary>
    static bool SharesFileSystem(int pid) => Same("ns/mnt", pid) && Same("root", pid);

    static bool Same(string what, int pid) =>
        new FileInfo($"/proc/{pid}/{what}").LinkTarget is { } its
            && its == new FileInfo($"/proc/self/{what}").LinkTarget;

    /// <summary>Distinguishes a guardian from a process that is still waiting for its election.</summary>
    static bool HoldsLock(TspmHome home, int pid)
    {
        var name = Path.GetFileName(home.LockFile);
        return ProcessDescriptors.Find(pid, IsLock) is not null;

        bool IsLock(string target) =>
            Path.GetFileName(target) is var last && (last == name || last == name + ProcessDescriptors.Deleted);
    }
}
