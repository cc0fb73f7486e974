using System.Globalization;
using System.Text;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Files;

/// <summary>
/// The way to a log file, gone name by name with a descriptor of each folder (man 7 path_resolution), so that nobody
/// who can write to a folder on it decides where the daemon writes. Links of root and of the daemon's user are
/// followed. A link of another user is followed only into a folder of that same user: what is written there is in that
/// user's hands anyway. In a folder that others can write to, a file counts as a log only if it has no other name and
/// belongs to root, to the daemon's user or to the owner of the folder: it is checked once it is open. The kernel can
/// refuse some of this (fs.protected_symlinks and others of man 5 proc_sys_fs), but only in sticky folders, and not
/// everywhere.
/// </summary>
internal sealed unsafe class LogWay : IDisposable
{
    const int FileMode = 0x180; // 0600
    const uint MadeMode = 0x1c0, MostRights = 0x1ed; // 0700, 0755
    const uint WritableByGroup = 0x10, WritableByOthers = 2; // 020, 002

    /// <summary>As the kernel has it.</summary>
    const int MostLinks = 40;

    /// <summary>PATH_MAX of linux/limits.h.</summary>
    const int LongestTarget = 4096;

    /// <summary>No user has it (man 2 chown).</summary>
    const uint Nobody = uint.MaxValue;

    /// <summary>
    /// Of how much earlier a new folder may seem to be: clocks of file systems are coarse, or remote.
    /// </summary>
    static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    const int PathOnly = Fcntl.O_PATH;

    readonly uint _self = Unistd.geteuid();
    readonly Stack<(string Name, bool MayBeMade)> _names = new();
    readonly List<(string Path, uint Maker)> _foreignLinks = [];
    readonly List<string>? _made;
    Descriptor _folder, _opened;
    int _links;
    FileStatus _status;
    string _at = "";

    LogWay(string path, string? root, List<string>? made)
    {
        _made = made;
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var first = root is null ? names.Length : root.Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
        for (var i = names.Length - 1; i >= 0; i--) _names.Push((names[i], made is not null && i >= first));
    }

    /// <summary>Why it goes no further, when that is not the system's decision.</summary>
    string? Refusal { get; set; }

    /// <summary>Opens a file, and never waits.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="flags">O_WRONLY or O_RDWR, and O_CREAT if it is to be made.</param>
    /// <param name="root">The folder below which folders are made; null: none are.</param>
    /// <param name="made">Is given each folder that was made, outermost first.</param>
    /// <param name="errno">Why it is not open; 0: it is.</param>
    /// <param name="refusal">In words, when it is this class that refuses.</param>
    public static Descriptor Open(
        string path, int flags, string? root, List<string>? made, out int errno, out string? refusal)
    {
        const int mostTries = 3;
        for (var attempt = 1; ; attempt++)
        {
            using var way = new LogWay(path, root, root is null ? null : made);
            errno = way.Go(flags);
            refusal = way.Refusal;
            if (errno == 0) return way._opened.Move();
            // Another made it at this moment.
            if (errno != Errno.EEXIST || attempt == mostTries) return default;
        }
    }

    /// <summary>The folder, with what is missing below <paramref name="root"/> made; null: it cannot be.</summary>
    public static LogWay? ToFolder(string folder, string? root = null, List<string>? made = null)
    {
        var way = new LogWay(folder, root, made);
        if (way.Go(null) == 0) return way;
        way.Dispose();
        return null;
    }

    /// <summary>The folder that a file is in; null: there is no way to it.</summary>
    public static LogWay? ToFolderOf(string path) => ToFolder(Path.GetDirectoryName(path) ?? "/");

    /// <summary>The same.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="problem">Why there is no way; null: there is one, or there is no such folder.</param>
    public static LogWay? ToFolderOf(string path, out string? problem)
    {
        var way = new LogWay(Path.GetDirectoryName(path) ?? "/", null, null);
        var result = way.Go(null);
        problem = way.Refusal ?? (result is 0 or Errno.ENOENT or Errno.ENOTDIR ? null : Errno.Describe(result));
        if (result == 0) return way;
        way.Dispose();
        return null;
    }

    /// <summary>False: it was disposed of.</summary>
    public bool IsOpen => _folder.IsOpen;

    /// <summary>A folder of the kernel's: what is in it was made by nobody who writes logs.</summary>
    public bool IsOfKernel => _at is "/dev" or "/proc" || _at.StartsWith("/proc/", StringComparison.Ordinal);

    /// <summary>
    /// A path of a file in this folder that leads there whatever becomes of the folder's own path, while this is open.
    /// </summary>
    public string At(string file) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_folder.Number}/{Path.GetFileName(file)}");

    /// <summary>Removes a file in this folder, or an empty folder.</summary>
    public void Remove(string file, bool isFolder) =>
        _ = Unistd.unlinkat(_folder.Number, Path.GetFileName(file), isFolder ? Fcntl.AT_REMOVEDIR : 0);

    public void Dispose()
    {
        _folder.Dispose();
        _opened.Dispose();
    }

    /// <summary>To the end, where the file is opened, if it is to lead to one. The error number, or 0.</summary>
    int Go(int? file)
    {
        if (!Enter(Descriptors.Open("/", PathOnly | Fcntl.O_DIRECTORY), "")) return Errno.Last;
        while (_names.TryPop(out var next))
        {
            var isFile = file is not null && _names.Count == 0;
            var result = isFile ? Finish(next.Name, file!.Value) : Step(next.Name, next.MayBeMade);
            if (result is { } end) return end;
        }
        if (file is not null) return Errno.EISDIR;
        return Refuses() ? Errno.EPERM : 0;
    }

    /// <summary>Into the next folder. Null: go on.</summary>
    int? Step(string name, bool mayBeMade)
    {
        if (name == ".") return null;
        // With O_DIRECTORY, so that an automounter mounts it.
        var next = Descriptors.OpenAt(_folder.Number, name, PathOnly | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW);
        if (!next.IsOpen && Errno.Last == Errno.ENOENT && mayBeMade) next = Make(name);
        if (!next.IsOpen && Errno.Last is Errno.ENOTDIR or Errno.ELOOP) return Follow(name, null);
        if (!next.IsOpen) return Refusal is null ? Errno.Last : Errno.EPERM;
        var at = name == ".." ? _at[..Math.Max(0, _at.LastIndexOf('/'))] : $"{_at}/{name}";
        return Enter(next, at) ? null : Errno.Last;
    }

    bool Enter(Descriptor folder, string at)
    {
        if (!folder.IsOpen) return false;
        _folder.Dispose();
        (_folder, _at) = (folder, at);
        return SysStat.fstat(folder.Number, out _status) == 0;
    }

    /// <summary>Opens the file. Null: it is a link, and the way goes on.</summary>
    int? Finish(string name, int flags)
    {
        using var there = Descriptors.OpenAt(_folder.Number, name, PathOnly | Fcntl.O_NOFOLLOW);
        if (!there.IsOpen && (Errno.Last != Errno.ENOENT || (flags & Fcntl.O_CREAT) == 0)) return Errno.Last;
        var isNew = !there.IsOpen;
        var isLink = !isNew && SysStat.fstat(there.Number, out var status) == 0 && status.IsLink;
        there.Dispose();
        if (isLink) return Follow(name, flags);
        if (Refuses()) return Errno.EPERM;
        flags = (flags & ~Fcntl.O_CREAT) | (isNew ? Fcntl.O_CREAT | Fcntl.O_EXCL : 0);
        _opened = Descriptors.OpenAt(_folder.Number, name, AsLog(flags) | Fcntl.O_NOFOLLOW, FileMode);
        if (!_opened.IsOpen) return Errno.Last;
        return isNew || !IsOpenToOthers || !IsForeign(_opened.Number, name) ? 0 : Errno.EPERM;
    }

    static int AsLog(int flags) => flags | Fcntl.O_NOCTTY | Fcntl.O_NONBLOCK;

    /// <summary>
    /// Can others put something into this folder? A group with the number of its user is that user's alone, as useradd
    /// makes them (USERGROUPS_ENAB of man 5 login.defs).
    /// </summary>
    bool IsOpenToOthers => !IsTrusted(_status.Uid) || (_status.Mode & WritableByOthers) != 0
        || ((_status.Mode & WritableByGroup) != 0 && _status.Gid != _status.Uid);

    bool IsTrusted(uint uid) => uid == _self || uid == 0;

    bool IsForeign(int descriptor, string name)
    {
        if (SysStat.fstat(descriptor, out var status) != 0) return true;
        var file = $"{_at}/{name}";
        if (!IsTrusted(status.Uid) && status.Uid != _status.Uid)
            Refusal = string.Create(CultureInfo.InvariantCulture,
                $"{file} belongs to uid {status.Uid}, and others than this user (uid {_self}) can write to its folder; "
                + $"remove the file, or choose another one for the log");
        else if (status.IsRegularFile && status.Links > 1)
            Refusal = string.Create(CultureInfo.InvariantCulture,
                $"{file} has {status.Links} names (hard links), and others than this user (uid {_self}) can write to "
                + $"its folder; remove the file, or choose another one for the log");
        return Refusal is not null;
    }

    /// <summary>Whether a link of another user has led somewhere that is not that user's.</summary>
    bool Refuses()
    {
        foreach (var (path, maker) in _foreignLinks)
        {
            if (maker == _status.Uid) continue;
            var whose = maker == Nobody ? "that has several names (hard links)"
                : string.Create(CultureInfo.InvariantCulture, $"that uid {maker} made, not this user (uid {_self})");
            Refusal = $"{path} is a link {whose}, and it leads to {(_at.Length == 0 ? "/" : _at)}; "
                + "remove the link, or choose another file for the log";
            return true;
        }
        return false;
    }

    /// <summary>Follows a link, to a file when it is opened with these flags. Null: go on.</summary>
    int? Follow(string name, int? file)
    {
        var path = $"{_at}/{name}";
        using var link = Descriptors.OpenAt(_folder.Number, name, PathOnly | Fcntl.O_NOFOLLOW);
        if (!link.IsOpen) return Errno.Last;
        var target = SysStat.fstat(link.Number, out var status) == 0 && status.IsLink ? TargetOf(link.Number) : null;
        link.Dispose();
        if (target is null) return Errno.ENOTDIR;
        if (++_links > MostLinks) return Errno.ELOOP;
        if (!IsTrusted(status.Uid)) _foreignLinks.Add((path, status.Uid));
        else if (status.Links > 1 && IsOpenToOthers) _foreignLinks.Add((path, Nobody));
        if (_at == "/proc" || _at.StartsWith("/proc/", StringComparison.Ordinal))
            return FollowInProc(name, target, file);
        var names = target.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = names.Length - 1; i >= 0; i--) _names.Push((names[i], false));
        if (!target.StartsWith('/')) return null;
        return Enter(Descriptors.Open("/", PathOnly | Fcntl.O_DIRECTORY), "") ? null : Errno.Last;
    }

    /// <summary>The kernel's own links (/dev/stdout is one in the end) lead where no path does.</summary>
    int? FollowInProc(string name, string target, int? file)
    {
        if (file is { } flags)
        {
            if (Refuses()) return Errno.EPERM;
            _opened = Descriptors.OpenAt(_folder.Number, name, AsLog(flags & ~Fcntl.O_CREAT));
            return _opened.IsOpen ? 0 : Errno.Last;
        }
        var at = target.StartsWith('/') ? target : $"{_at}/{target}";
        var folder = Descriptors.OpenAt(_folder.Number, name, PathOnly | Fcntl.O_DIRECTORY);
        return Enter(folder, at) ? null : Errno.Last;
    }

    static string? TargetOf(int link)
    {
        var buffer = stackalloc byte[LongestTarget];
        byte empty = 0;
        var length = Unistd.readlinkat(link, &empty, buffer, LongestTarget);
        return length is > 0 and < LongestTarget ? Encoding.UTF8.GetString(buffer, (int)length) : null;
    }

    /// <summary>
    /// Makes a folder with the owner and the mode of the one it is in, without write access for others. Nothing is
    /// gained by whoever owns the folder above: what is given away is the folder that was made just now, and not one
    /// that was moved into its place. Not open: see the last error number.
    /// </summary>
    Descriptor Make(string name)
    {
        if (Refuses()) return default;
        var began = TimeProvider.System.GetUtcNow() - ClockTolerance;
        if (SysStat.mkdirat(_folder.Number, name, MadeMode) != 0) return default;
        _made!.Add($"{_at}/{name}");
        var folder = Descriptors.OpenAt(
            _folder.Number, name, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW);
        if (!folder.IsOpen) return default;
        var isNew = SysStat.fstat(folder.Number, out var made) == 0 && made.Uid == _self && !(made.Born < began);
        // A user's folder in a shared one (/tmp) is the user's; only root makes folders for others.
        if (isNew && _self == 0 && _status.Uid != 0) _ = SysStat.fchown(folder.Number, _status.Uid, _status.Gid);
        if (isNew) _ = SysStat.fchmod(folder.Number, MadeMode | (_status.Mode & MostRights));
        return folder;
    }
}
