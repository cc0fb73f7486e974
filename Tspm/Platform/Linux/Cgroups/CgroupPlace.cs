using System.Text;
using Tspm.Libc;
using Tspm.Platform.Linux.Watching;

namespace Tspm.Platform.Linux.Cgroups;

/// <summary>
/// Where cgroups for processes may be made (man 7 cgroups, version 2). By itself only in what was delegated to this
/// daemon: marked so by systemd (<c>Delegate=yes</c>), or below a folder that belongs to this user, who is not root.
/// Root could make cgroups anywhere, and must not without being told.
/// </summary>
internal static class CgroupPlace
{
    public const string Auto = "auto", Off = "off";

    /// <summary>What systemd writes on a delegated folder; who is not root can read the second one only.</summary>
    static readonly string[] DelegationMarks = ["trusted.delegate", "user.delegate"];

    /// <summary>
    /// The folder below which to make cgroups; null: nowhere, and with a setting that asked for one a sentence says
    /// why.
    /// </summary>
    public static string? Find(string? setting, out string? trouble)
    {
        trouble = null;
        if (setting == Off) return null;
        var (mount, mountedRoot) = MountOfVersion2(ReadLines("/proc/self/mountinfo"));
        if (setting is null or Auto)
            return mount is null ? null : Delegated(mount, Own(mountedRoot, ReadLines("/proc/self/cgroup")));
        trouble = mount is null ? "no cgroup file system of version 2 is mounted"
            : !WatchedTree.IsAtOrBelow(setting, mount)
                || setting.Contains("/..",
                    StringComparison.Ordinal) ? $"it is not below {mount}, where the cgroups of version 2 are"
            : SysStat.mkdir(setting, 0x1ED /* 0755 */) != 0 && Errno.Last != Errno.EEXIST ? Errno.Describe(Errno.Last)
            : Unistd.access(setting + "/cgroup.procs",
                Unistd.W_OK) != 0 ? $"its cgroup.procs: {Errno.Describe(Errno.Last)}"
            : null;
        if (trouble is null) return setting;
        trouble = $"settings.json: cgroup {setting} cannot be used: {trouble}. Processes run without cgroups of "
            + "their own";
        return null;
    }

    /// <summary>Mount point, and which cgroup is its root (man 5 proc, mountinfo). Null: none.</summary>
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

    /// <summary>The cgroup that this program is in, below the mount point; null: not visible there.</summary>
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

    /// <summary>The folder of the cgroup that this process is in; null: it is not visible here.</summary>
    public static string? OfThisProcess()
    {
        var (mount, mountedRoot) = MountOfVersion2(ReadLines("/proc/self/mountinfo"));
        return mount is not null && Own(mountedRoot, ReadLines("/proc/self/cgroup")) is { } own ? mount + own : null;
    }

    /// <summary>
    /// Our own cgroup, or the one above when we were put into a leaf of what was delegated (systemd's
    /// DelegateSubgroup).
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

    /// <summary>Spaces and the like are written as three octal digits.</summary>
    static string Plain(string field) =>
        field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
            .Replace("\\134", "\\", StringComparison.Ordinal);
}
