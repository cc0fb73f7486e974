using System.Text;
using Tspm.Libc;
using Tspm.Platform.Linux.Watching;

namespace Tspm.Platform.Linux.Cgroups;

/// <summary>
/// Finds the place where cgroups for processes may be created (man 7 cgroups, version 2). Unless the settings name one,
/// this must be a cgroup that was delegated to this daemon: systemd has marked it (<c>Delegate=yes</c>), or it belongs
/// to this user, who is not root. Root could create cgroups anywhere, but must not do so without being told.
/// </summary>
internal static class CgroupPlace
{
    public const string Auto = "auto", Off = "off";

    /// <summary>
    /// The attributes that systemd sets on a delegated folder; only root can read the first one.
    /// </summary>
    static readonly string[] DelegationMarks = ["trusted.delegate", "user.delegate"];

    /// <summary>
    /// Returns the folder below which cgroups may be created; null if there is none. If the settings name a folder that
    /// cannot be used, <paramref name="trouble"/> says why.
    /// </summary>
    public static string? Find(string? setting, out string? trouble)
    {
        trouble = null;
        if (setting == Off) return null;
        var (mount, mountedRoot) = MountOfVersion2(ReadLines("/proc/self/mountinfo"));
        if (setting is null or Auto)
            return mount is null ? null : Delegated(mount, Own(mountedRoot, ReadLines("/proc/self/cgroup")));
        if (ProblemOf(setting, mount) is not { } problem) return setting;
        trouble = $"settings.json: cgroup {setting} cannot be used: {problem}; processes run without their own cgroups";
        return null;
    }

    static string? ProblemOf(string setting, string? mount)
    {
        if (mount is null) return "no cgroup v2 file system is mounted";
        if (!WatchedTree.IsAtOrBelow(setting, mount) || setting.Contains("/..", StringComparison.Ordinal))
            return $"it is not below {mount}, where cgroup v2 is mounted";
        if (SysStat.mkdir(setting, 0x1ED /* 0755 */) != 0 && Errno.Last != Errno.EEXIST)
            return Errno.Describe(Errno.Last);
        return Unistd.access(setting + "/cgroup.procs", Unistd.W_OK) != 0
            ? $"its cgroup.procs: {Errno.Describe(Errno.Last)}"
            : null;
    }

    /// <summary>
    /// Returns the mount point, and the cgroup that is its root (man 5 proc, mountinfo); null if there is none.
    /// </summary>
    public static (string? Mount, string Root) MountOfVersion2(IEnumerable<string> mountinfo)
    {
        foreach (var line in mountinfo)
        {
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash >= 6 && dash + 1 < fields.Length && fields[dash + 1] == "cgroup2")
                return (Plain(fields[4]), Plain(fields[3]));
        }
        return (null, "/");
    }

    /// <summary>
    /// Returns the cgroup of this process, relative to the mount point; null if it is not visible there.
    /// </summary>
    public static string? Own(string mountedRoot, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (!line.StartsWith("0::/", StringComparison.Ordinal)) continue;
            var path = line[3..];
            if (mountedRoot != "/" && !WatchedTree.IsAtOrBelow(path, mountedRoot)) return null;
            return mountedRoot == "/" ? path : path[mountedRoot.Length..];
        }
        return null;
    }

    /// <summary>The folder of the cgroup of this process; null if it is not visible.</summary>
    public static string? OfThisProcess()
    {
        var (mount, mountedRoot) = MountOfVersion2(ReadLines("/proc/self/mountinfo"));
        return mount is not null && Own(mountedRoot, ReadLines("/proc/self/cgroup")) is { } own ? mount + own : null;
    }

    /// <summary>
    /// Returns this process's own cgroup if it is delegated, or the one above it, because systemd may put the process
    /// into a leaf of the delegated cgroup (DelegateSubgroup=).
    /// </summary>
    static string? Delegated(string mount, string? own)
    {
        if (own is null or "" or "/") return null;
        if (IsDelegated(mount + own)) return mount + own;
        return Path.GetDirectoryName(own) is { } above and not "/" && IsDelegated(mount + above) ? mount + above : null;
    }

    static unsafe bool IsDelegated(string folder)
    {
        if (Unistd.access(folder + "/cgroup.procs", Unistd.W_OK) != 0 || Unistd.access(folder, Unistd.W_OK) != 0)
            return false;
        foreach (var mark in DelegationMarks)
        {
            byte value;
            if (SysXattr.getxattr(folder, mark, &value, 1) == 1 && value == (byte)'1') return true;
        }
        var self = Unistd.geteuid();
        return self != 0 && SysStat.stat(folder, out var status) == 0 && status.Uid == self;
    }

    static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Decodes a field, in which spaces, tabs and backslashes are written as three octal digits.</summary>
    static string Plain(string field) =>
        field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
            .Replace("\\134", "\\", StringComparison.Ordinal);
}
