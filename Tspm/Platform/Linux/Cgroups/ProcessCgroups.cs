using System.Globalization;
using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux.Cgroups;

/// <summary>
/// The cgroups of instances, <c>BASE/tspm-HOME/ID.INSTANCE</c>. The descendants of a child cannot leave its cgroup,
/// regardless of what they do with sessions, groups and environment, and all of them can be killed at once. A cgroup is
/// created for a run and removed once empty. It is found again by its name, so it outlives daemons. No controllers are
/// enabled here, so this daemon may stay in its own cgroup.
/// </summary>
internal sealed class ProcessCgroups(string folder)
{
    const string FolderPrefix = "tspm-";

    /// <summary>The number of hexadecimal digits of the hash that names a home.</summary>
    const int HomeDigits = 32;

    const uint Mode = 0x1ED; // 0755

    /// <summary>Why the last cgroup could not be created; null if it was.</summary>
    public string? Trouble { get; private set; }

    /// <summary>
    /// Creates the cgroup of an instance and returns its folder; null if that fails, and the process runs without.
    /// </summary>
    public string? Make(int id, int instance)
    {
        var path = PathOf(id, instance);
        if ((SysStat.mkdir(folder, Mode) == 0 || Errno.Last == Errno.EEXIST)
            && (SysStat.mkdir(path, Mode) == 0 || Errno.Last == Errno.EEXIST))
        {
            Trouble = null;
            return path;
        }
        Trouble = $"cannot create the cgroup {path}: {Errno.Describe(Errno.Last)}; processes run without one";
        return null;
    }

    /// <summary>
    /// Returns the living processes in the cgroup and the cgroups below it. An empty cgroup is removed.
    /// </summary>
    public IReadOnlyList<int> MembersOrRemove(int id, int instance)
    {
        var path = PathOf(id, instance);
        if (IsPopulated(path)) return Members(path);
        if (Unistd.rmdir(path) == 0) _ = Unistd.rmdir(folder); // Fails while other cgroups are in it.
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
            // The cgroup was removed during the reading.
        }
        return pids;
    }

    /// <summary>
    /// If this process was started in the cgroup of an instance, moves it to the folder that contains the cgroups of
    /// that Tspm. Does nothing otherwise, or if that is not permitted.
    /// </summary>
    public static void LeaveInstanceCgroup()
    {
        if (CgroupPlace.OfThisProcess() is not { } own) return;
        for (var path = own; Path.GetDirectoryName(path) is { Length: > 1 } above; path = above)
        {
            if (!IsOfHome(Path.GetFileName(above))) continue;
            _ = TryWrite(Path.GetDirectoryName(above) + "/cgroup.procs", "0");
            return;
        }
    }

    /// <summary>Returns the folder of a home's cgroups.</summary>
    /// <param name="place">The folder in which cgroups may be created.</param>
    /// <param name="home">The hash that names the home: 32 hexadecimal digits.</param>
    public static string FolderOf(string place, string home) => $"{place}/{FolderPrefix}{home}";

    /// <summary>
    /// Whether a folder belongs to a home, and not to a unit that happens to be called tspm-something.
    /// </summary>
    static bool IsOfHome(string folder) =>
        folder.StartsWith(FolderPrefix, StringComparison.Ordinal) && folder.Length == FolderPrefix.Length + HomeDigits
        && folder[FolderPrefix.Length..].All(char.IsAsciiHexDigitLower);

    /// <summary>
    /// Returns the memory in use, without file contents that can be dropped any time; null if the memory controller is
    /// not enabled.
    /// </summary>
    public long? ReadMemory(int id, int instance)
    {
        var path = PathOf(id, instance);
        if (Read(path + "/memory.current") is not { } text
            || !long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var all)) return null;
        return MemoryInUse(all, Read(path + "/memory.stat") ?? "");
    }

    /// <param name="all">The value of memory.current.</param>
    /// <param name="stat">The text of memory.stat.</param>
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

    /// <summary>
    /// Kills each process (before Linux 5.14). The next call finds processes that were started in the meantime.
    /// </summary>
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
