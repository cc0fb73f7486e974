using System.Globalization;
using Tspm.Libc;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// A guardian of the same home that lives on although the home was removed or moved. Whoever begins in an empty home
/// looks for one: to begin there would start a second copy of everything that the other one runs. It is asked (SIGURG,
/// which older versions ignore) to make its home again.
/// </summary>
internal static class FormerGuardian
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Its pid; 0: there is none.</summary>
    public static int Find(TspmHome home)
    {
        var files = new ProcFiles();
        foreach (var program in RunningPrograms.Read())
        {
            if (program.Arguments is not [_, GuardianMain.Word, ..] || !IsInOurWorld(program.Pid)) continue;
            if (TspmHome.PathIn(files.ReadEnvironment(program.Pid), program.Folder ?? "/") == home.Path
                && HoldsLock(home, program.Pid)) return program.Pid;
        }
        return 0;
    }

    /// <summary>Returns when it can be connected to again.</summary>
    /// <exception cref="HomeException">It does not come back.</exception>
    public static void Revive(TspmHome home, int pid)
    {
        _ = SysSignal.kill(pid, Tspm.Model.Config.Signals.SIGURG);
        var until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!Election.CanConnect(home.SocketPath))
        {
            if (Environment.TickCount64 > until) throw new HomeException(Refusal(home, pid));
            Time.Pause(LookEvery);
        }
    }

    static string Refusal(TspmHome home, int pid) => string.Create(
        CultureInfo.InvariantCulture,
        $"{home.Path} was removed or moved while its daemon ran, and that daemon still runs its processes (guardian: "
            + $"pid {pid}); to start them here as well would run everything twice. Stop them with: kill {pid}; then "
            + $"try again");

    /// <summary>The same paths lead to the same places for it.</summary>
    static bool IsInOurWorld(int pid) => Same("ns/mnt", pid) && Same("root", pid);

    static bool Same(string what, int pid) =>
        new FileInfo($"/proc/{pid}/{what}").LinkTarget is { } its
            && its == new FileInfo($"/proc/self/{what}").LinkTarget;

    /// <summary>Those that only wait for their election do not.</summary>
    static bool HoldsLock(TspmHome home, int pid)
    {
        var name = Path.GetFileName(home.LockFile);
        return ProcessDescriptors
            .Find(pid,
                target =>
                    Path.GetFileName(target) is var last
                        && (last == name || last == name + ProcessDescriptors.Deleted)) is not null;
    }
}
