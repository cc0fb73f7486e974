using System.Globalization;
using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux.Cgroups;

/// <summary>
/// A cgroup for each instance, <c>BASE/tspm-HOME/ID.INSTANCE</c>: nothing that a child starts leaves it, whatever it
/// does with sessions, groups and environment, and all that is in it is killed at once. Made for a run, removed when it
/// is empty; found again by its name, so it outlives daemons. No controllers are switched on here: then this daemon may
/// stay where it is.
/// </summary>
internal sealed class ProcessCgroups(string folder)
{
    const string FolderPrefix = "tspm-";

    /// <summary>Digits of the hash that names a home.</summary>
    const int HomeDigits = 32;

    const uint Mode = 0x1ED; // 0755

    /// <summary>Why there is none for the last process that was to get one; null: there is.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The folder to run in; null: it cannot be made, and the process runs without.</summary>
    public string? Make(int id, int instance)
    {
        var path = PathOf(id, instance);
        if ((SysStat.mkdir(folder, Mode) == 0 || Errno.Last == Errno.EEXIST)
            && (SysStat.mkdir(path, Mode) == 0 || Errno.Last == Errno.EEXIST))
        {
            Trouble = null;
            return path;
        }
        Trouble = $"no cgroup can be made at {path}: {Errno.Describe(Errno.Last)}. Processes run without one";
        return null;
    }

    /// <summary>
    /// The living processes in the cgroup, those in cgroups below it included. An empty cgroup is removed.
    /// </summary>
    public IReadOnlyList<int> MembersOrRemove(int id, int instance)
    {
        var path = PathOf(id, instance);
        if (IsPopulated(path)) return Members(path);
        if (Unistd.rmdir(path) == 0) _ = Unistd.rmdir(folder); // stays while others are in it
        return [];
    }

    /// <summary>Kills every process in the cgroup at once.</summary>
    public void Kill(int id, int instance)
    {
        var path = PathOf(id, instance);
        if (!TryWrite(path + "/cgroup.kill", "1")) KillEach(path);
    }

    static List<int> Members(string path)
    {
        var pids = new List<int>();
        foreach (var line in (Read(path + "/cgroup.procs") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0)
                pids.Add(pid);
        try
        {
            foreach (var below in Directory.EnumerateDirectories(path)) pids.AddRange(Members(below));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Removed while it was read.
        }
        return pids;
    }

    /// <summary>
    /// Moves this process out of the cgroup of an instance, in which it was started, to the folder below which that
    /// Tspm's cgroups lie. Does nothing elsewhere, or where that is not permitted.
    /// </summary>
    public static void LeaveThatOfAnInstance()
    {
        if (CgroupPlace.OfThisProcess() is not { } own) return;
        for (var path = own; Path.GetDirectoryName(path) is { Length: > 1 } above; path = above)
        {
            if (!IsOfHome(Path.GetFileName(above))) continue;
            _ = TryWrite(Path.GetDirectoryName(above) + "/cgroup.procs", "0");
            return;
        }
    }

    /// <summary>The folder of a home's cgroups.</summary>
    /// <param name="place">Where cgroups may be made.</param>
    /// <param name="home">Hash that names the home: 32 hexadecimal digits.</param>
    public static string FolderOf(string place, string home) => $"{place}/{FolderPrefix}{home}";

    /// <summary>Not a unit that happens to be called tspm-something.</summary>
    static bool IsOfHome(string folder) =>
        folder.StartsWith(FolderPrefix, StringComparison.Ordinal) && folder.Length == FolderPrefix.Length + HomeDigits
        && folder[FolderPrefix.Length..].All(char.IsAsciiHexDigitLower);

    /// <summary>
    /// Memory without file contents that can be dropped any time; null: the memory controller is not there.
    /// </summary>
    public long? ReadMemory(int id, int instance)
    {
        var path = PathOf(id, instance);
        if (Read(path + "/memory.current") is not { } text
            || !long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var all)) return null;
        return MemoryInUse(all, Read(path + "/memory.stat") ?? "");
    }

    /// <param name="all">memory.current.</param>
    /// <param name="stat">memory.stat.</param>
    public static long MemoryInUse(long all, string stat)
    {
        foreach (var line in stat.Split('\n'))
            if (line.StartsWith("inactive_file ", StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(14), NumberStyles.None, CultureInfo.InvariantCulture,
                    out var droppable)) return Math.Max(0, all - droppable);
        return all;
    }

    string PathOf(int id, int instance) => string.Create(CultureInfo.InvariantCulture, $"{folder}/{id}.{instance}");

    static bool IsPopulated(string path) =>
        Read(path + "/cgroup.events")?.Contains("populated 1", StringComparison.Ordinal) == true;

    /// <summary>Before Linux 5.14. What is born meanwhile is met at the next look.</summary>
    static void KillEach(string path)
    {
        foreach (var pid in Members(path)) _ = SysSignal.kill(pid, Signals.SIGKILL);
    }

    static bool TryWrite(string path, string text) =>
        FileSystem.WriteInPlace(path, System.Text.Encoding.ASCII.GetBytes(text), create: false) is null;

    static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
