using System.Globalization;
using System.Text;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Files;

/// <summary>
/// Resolves the path of a log file safely: name by name, with a descriptor for each folder (man 7 path_resolution), so
/// that nobody who can write to a folder on the path can redirect the daemon's output. Symbolic links of root and of
/// the daemon's user are followed. A link of another user is followed only into a folder of that same user, who
/// controls everything written there anyway. In a folder that others can write to, a file is accepted as a log only if
/// it has no other name and belongs to root, to the daemon's user or to the owner of the folder; this is checked after
/// opening it. The kernel can prevent some of these attacks (fs.protected_symlinks and others in man 5 proc_sys_fs),
/// but only in sticky folders, and not on every system. An instance is the resolved folder.
/// </summary>
internal sealed unsafe class SafeLogPath : IDisposable
{
    const int FileMode = 0x180; // 0600
    const uint MadeMode = 0x1c0, MostRights = 0x1ed; // 0700, 0755
    const uint WritableByGroup = 0x10, WritableByOthers = 2; // 020, 002

    /// <summary>The kernel's limit for links in a path.</summary>
    const int MaxLinks = 40;

    /// <summary>PATH_MAX in linux/limits.h.</summary>
    const int MaxTargetBytes = 4096;

    /// <summary>A uid that no user has (man 2 chown).</summary>
    const uint Nobody = uint.MaxValue;

    /// <summary>
    /// How much older than it is a new folder may appear, because clocks of file systems are coarse or remote.
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

    SafeLogPath(string path, string? root, List<string>? made)
    {
        _made = made;
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var first = root is null ? names.Length : root.Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
        for (var i = names.Length - 1; i >= 0; i--) _names.Push((names[i], made is not null && i >= first));
    }

    /// <summary>Why this class refused the path; null: it did not.</summary>
    string? Refusal { get; set; }

    /// <summary>Opens a file without blocking.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="flags">O_WRONLY or O_RDWR, and O_CREAT to create the file.</param>
    /// <param name="root">The folder below which missing folders are created; null: none are.</param>
    /// <param name="made">Receives each folder that was created, outermost first.</param>
    /// <param name="errno">Error number if the file is not open, else 0.</param>
    /// <param name="refusal">The reason in words if this class refused the path.</param>
    public static Descriptor Open(
        string path, int flags, string? root, List<string>? made, out int errno, out string? refusal)
    {
        const int maxAttempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            using var way = new SafeLogPath(path, root, root is null ? null : made);
            errno = way.Go(flags);
            refusal = way.Refusal;
            if (errno == 0) return way._opened.Move();
            // EEXIST: another process has just created the file.
            if (errno != Errno.EEXIST || attempt == maxAttempts) return default;
        }
    }

    /// <summary>Opens a folder, and creates missing folders below <paramref name="root"/>.</summary>
    /// <returns>Null if that is not possible.</returns>
    public static SafeLogPath? ToFolder(string folder, string? root = null, List<string>? made = null)
    {
        var way = new SafeLogPath(folder, root, made);
        if (way.Go(null) == 0) return way;
        way.Dispose();
        return null;
    }

    /// <summary>Opens the folder of a file.</summary>
    /// <returns>Null if that is not possible.</returns>
    public static SafeLogPath? ToFolderOf(string path) => ToFolder(Path.GetDirectoryName(path) ?? "/");

    /// <summary>Opens the folder of a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="problem">Why the folder cannot be opened; null: it is open, or it does not exist.</param>
    /// <returns>Null if the folder is not open.</returns>
    public static SafeLogPath? ToFolderOf(string path, out string? problem)
    {
        var way = new SafeLogPath(Path.GetDirectoryName(path) ?? "/", null, null);
        var result = way.Go(null);
        problem = way.Refusal ?? (result is 0 or Errno.ENOENT or Errno.ENOTDIR ? null : Errno.Describe(result));
        if (result == 0) return way;
        way.Dispose();
        return null;
    }

    /// <summary>False after disposal.</summary>
    public bool IsOpen => _folder.IsOpen;

    /// <summary>Whether this is a folder of the kernel, whose files are not logs.</summary>
    public bool IsOfKernel => _at is "/dev" or "/proc" || _at.StartsWith("/proc/", StringComparison.Ordinal);

    /// <summary>
    /// A path of a file in this folder that stays valid while this object is open, whatever happens to the path of the
    /// folder.
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

    /// <summary>Walks to the end of the path, and opens the file there.</summary>
    /// <param name="file">The flags for opening the file; null: the path leads to a folder.</param>
    /// <returns>0, or an error number.</returns>
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

    /// <summary>Walks into the next folder.</summary>
    /// <returns>Null to continue, else an error number.</returns>
    int? Step(string name, bool mayBeMade)
    {
        if (name == ".") return null;
        // O_DIRECTORY makes an automounter mount the folder.
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

    /// <summary>Opens the file at the end of the path.</summary>
    /// <returns>0, an error number, or null to continue because the file is a link.</returns>
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
    /// Whether other users can write to this folder. A group with the same number as its user is assumed to be that
    /// user's private group, as created by useradd (USERGROUPS_ENAB in man 5 login.defs).
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
                $"{file} belongs to uid {status.Uid}, and users other than uid {_self} can write to its folder; "
                + $"remove the file, or choose another file for the log");
        else if (status.IsRegularFile && status.Links > 1)
            Refusal = string.Create(CultureInfo.InvariantCulture,
                $"{file} has {status.Links} names (hard links), and users other than uid {_self} can write to "
                + $"its folder; remove the file, or choose another file for the log");
        return Refusal is not null;
    }

    /// <summary>Whether a link of another user has led into a folder that does not belong to that user.</summary>
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

    /// <summary>Follows a symbolic link.</summary>
    /// <param name="name">Its name in the present folder.</param>
    /// <param name="file">The flags for opening the file if the link is the last name of the path, else null.</param>
    /// <returns>Null to continue, else 0 or an error number.</returns>
    int? Follow(string name, int? file)
    {
        var path = $"{_at}/{name}";
        using var link = Descriptors.OpenAt(_folder.Number, name, PathOnly | Fcntl.O_NOFOLLOW);
        if (!link.IsOpen) return Errno.Last;
        var target = SysStat.fstat(link.Number, out var status) == 0 && status.IsLink ? TargetOf(link.Number) : null;
        link.Dispose();
        if (target is null) return Errno.ENOTDIR;
        if (++_links > MaxLinks) return Errno.ELOOP;
        if (!IsTrusted(status.Uid)) _foreignLinks.Add((path, status.Uid));
        else if (status.Links > 1 && IsOpenToOthers) _foreignLinks.Add((path, Nobody));
        if (_at == "/proc" || _at.StartsWith("/proc/", StringComparison.Ordinal))
            return FollowInProc(name, target, file);
        var names = target.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = names.Length - 1; i >= 0; i--) _names.Push((names[i], false));
        if (!target.StartsWith('/')) return null;
        return Enter(Descriptors.Open("/", PathOnly | Fcntl.O_DIRECTORY), "") ? null : Errno.Last;
    }

    /// <summary>
    /// Follows a link in /proc. /dev/stdout ends in one. The kernel must follow these itself, because their targets
    /// need not have a path.
    /// </summary>
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
        var buffer = stackalloc byte[MaxTargetBytes];
        byte empty = 0;
        var length = Unistd.readlinkat(link, &empty, buffer, MaxTargetBytes);
        return length is > 0 and < MaxTargetBytes ? Encoding.UTF8.GetString(buffer, (int)length) : null;
    }

    /// <summary>
    /// Creates a folder with the owner and the mode of its parent, without write access for others. The owner of the
    /// parent cannot exploit this: owner and mode are changed only if the folder is the one just created, and not
    /// another one that was moved into its place.
    /// </summary>
    /// <returns>The open folder; if it is not open, the error number is in <see cref="Errno.Last"/>.</returns>
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
        // Only root creates folders for other users; in a shared folder (/tmp), a user's folder stays that user's.
        if (isNew && _self == 0 && _status.Uid != 0) _ = SysStat.fchown(folder.Number, _status.Uid, _status.Gid);
        if (isNew) _ = SysStat.fchmod(folder.Number, MadeMode | (_status.Mode & MostRights));
        return folder;
    }
}
