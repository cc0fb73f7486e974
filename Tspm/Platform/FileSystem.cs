using Microsoft.Win32.SafeHandles;
using Tspm.Libc;

namespace Tspm.Platform;

/// <summary>
/// What .NET's file API does not offer: owners, hard links, fsync of a folder, and error texts that are not resource
/// keys.
/// </summary>
internal static class FileSystem
{
    /// <summary>The home directory that the user database knows for this user; null: none.</summary>
    public static string? HomeOfUser() => Pwd.getpwuid(Unistd.geteuid())?.Home;

    /// <summary>The name that the user database knows for this user; null: none.</summary>
    public static string? NameOfUser() => Pwd.getpwuid(Unistd.geteuid())?.Name;

    /// <summary>May this user execute that file?</summary>
    public static bool IsExecutable(string path) => Unistd.access(path, Unistd.X_OK) == 0;

    /// <summary>The number of a user given by name or number; null: there is none.</summary>
    public static uint? UserIdOf(string user) =>
        Pwd.getpwnam(user)?.Uid ?? (uint.TryParse(user, out var uid) ? uid : null);

    /// <summary>Owner of a file or folder. Throws IOException.</summary>
    public static uint OwnerOf(string path) =>
        SysStat.stat(path, out var status) == 0 ? status.Uid : throw Failure("cannot look at", path);

    /// <summary>Whether anything has this name: also a link that leads nowhere.</summary>
    public static bool IsThere(string path) => SysStat.lstat(path, out _) == 0;

    /// <summary>Whether a socket itself has this name, and not a link to one.</summary>
    public static bool IsSocket(string path) => SysStat.lstat(path, out var status) == 0 && status.IsSocket;

    /// <summary>Nothing is at this path. False also when it cannot be known (man 2 stat, EACCES).</summary>
    public static bool IsMissing(string path) =>
        SysStat.stat(path, out _) != 0 && Errno.Last is (Errno.ENOENT or Errno.ENOTDIR);

    /// <summary>
    /// How others could put something foreign into a folder that should be this user's, and what to do; null: they
    /// cannot. Throws IOException.
    /// </summary>
    public static string? OpenToOthers(string folder)
    {
        const uint writableByOthers = 0x12; // 022
        var self = Unistd.geteuid();
        if (SysStat.stat(folder, out var status) != 0) throw Failure("cannot look at", folder);
        if (status.Uid != self)
            return $"{folder} belongs to uid {status.Uid}, not to you (uid {self}); set TSPM_HOME to a folder of yours";
        return (status.Mode & writableByOthers) == 0 ? null
            : $"others can write to {folder} (mode {Convert.ToString(status.Mode & 0xfff, 8)}): look for what is not "
                + $"yours in it, then run chmod 700 {folder}";
    }

    /// <summary>As the kernel has it (man 7 path_resolution).</summary>
    const int MostLinks = 40;

    /// <summary>
    /// The first link on the way to a path that neither this user nor root made, in a sentence with what to do: whoever
    /// made it can let it lead somewhere else tomorrow. Links that lead to links are
    /// followed as the kernel follows them. Null: there is none, as far as the path is there and may be looked at.
    /// </summary>
    public static string? ForeignLink(string path)
    {
        var self = Unistd.geteuid();
        var (at, links) = ("", 0);
        var names = new Stack<string>();
        Push(names, path);
        while (names.TryPop(out var name))
        {
            if (name == "..") at = at[..Math.Max(0, at.LastIndexOf('/'))];
            if (name is "." or "..") continue;
            var next = $"{at}/{name}";
            if (SysStat.lstat(next, out var status) != 0) return null;
            if (!status.IsLink)
            {
                at = next;
                continue;
            }
            if (status.Uid != self && status.Uid != 0)
                return $"{next}{(next == path ? "" : $", on the way to {path},")} is a link that uid {status.Uid} "
                    + $"made, not you (uid {self}); remove it, or set TSPM_HOME to a folder of yours";
            if (++links > MostLinks || new FileInfo(next).LinkTarget is not { } target) return null;
            if (target.StartsWith('/')) at = "";
            Push(names, target);
        }
        return null;
    }

    static void Push(Stack<string> names, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = parts.Length - 1; i >= 0; i--) names.Push(parts[i]);
    }

    /// <summary>
    /// A sentence about a folder of this user whose mode keeps the user out, with the fix; null: it does not, or the
    /// folder is another's.
    /// </summary>
    public static string? ShutOut(string folder)
    {
        const uint owner = 0x1c0; // 0700
        if (SysStat.stat(folder, out var status) != 0 || status.Uid != Unistd.geteuid()
            || (status.Mode & owner) == owner)
            return null;
        return $"you have no access to your own folder {folder} (mode "
            + $"{Convert.ToString(status.Mode & 0xfff, 8).PadLeft(3, '0')}): run chmod 700 {folder}";
    }

    /// <summary>
    /// From now on this process makes files and folders that it can use itself: a umask that takes rights from the
    /// owner (0177, 0777) loses those bits, and keeps the others. Not to be called where
    /// the umask matters to anyone but this process.
    /// </summary>
    public static void KeepOwnersRights() => _ = SysStat.umask(SysStat.umask(OthersBits) & OthersBits);

    const uint OthersBits = 0x3f; // 077

    /// <summary>Whether two paths lead to the same file or folder, which is there.</summary>
    public static bool AreSame(string one, string other) =>
        SysStat.stat(one, out var first) == 0 && SysStat.stat(other, out var second) == 0 && first.IsSameFile(second);

    /// <summary>Gives a file a second name, replacing what has that name. Throws IOException.</summary>
    public static void HardLink(string existing, string another)
    {
        if (Unistd.link(existing, another) == 0) return;
        if (Errno.Last != Errno.EEXIST) throw Failure("cannot link", another);
        _ = Unistd.unlink(another);
        if (Unistd.link(existing, another) != 0) throw Failure("cannot link", another);
    }

    /// <summary>
    /// The same place without links on the way; of what is not there yet, with the part that is there resolved.
    /// </summary>
    public static string RealPath(string path)
    {
        if (Stdlib.realpath(path) is { } real) return real;
        return Path.GetDirectoryName(path) is { } folder
            ? Path.Combine(RealPath(folder), Path.GetFileName(path))
            : path;
    }

    /// <summary>Renames a file, replacing what has the new name. Null, or why it did not work.</summary>
    public static string? Rename(string from, string to) =>
        Unistd.rename(from, to) == 0 ? null : Errno.Describe(Errno.Last);

    /// <summary>
    /// Gives a file the name <c>NAME.kept-1</c>, -2 …, so that its own is free. Null, or why it did not work; no file
    /// is no trouble.
    /// </summary>
    public static string? MoveAside(string path)
    {
        if (!File.Exists(path)) return null;
        return Rename(path, FreeName($"{path}.kept"));
    }

    /// <summary>The first of NAME-1, NAME-2 … that no file has.</summary>
    static string FreeName(string name)
    {
        var number = 1;
        while (IsThere(NumberedName(name, number))) number++;
        return NumberedName(name, number);
    }

    static string NumberedName(string name, int number) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}-{number}");

    /// <summary>
    /// Gives what can never be used as the file of this name the name <c>NAME.broken-1</c>, -2 … Null, or why it did
    /// not work.
    /// </summary>
    public static string? SetAside(string path, out string aside) => Rename(path, aside = FreeName($"{path}.broken"));

    /// <summary>Makes creations, renames and removals in a folder durable (man 2 fsync). Throws IOException.</summary>
    public static void SyncFolder(string folder)
    {
        using var descriptor = Linux.Descriptors.Open(folder, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY);
        if (!descriptor.IsOpen) throw Failure("cannot open", folder);
        if (Unistd.fsync(descriptor.Number) != 0) throw Failure("cannot sync", folder);
    }

    /// <summary>
    /// Writes to the beginning of a regular file that exists or is made (0600), without truncating it: a few system
    /// calls and no journal. Never waits for the reader of a FIFO. Null when all is written,
    /// else why not.
    /// </summary>
    public static unsafe string? WriteInPlace(string path, ReadOnlySpan<byte> content, bool create = true)
    {
        const int flags = Fcntl.O_WRONLY | Fcntl.O_NONBLOCK;
        using var descriptor = Linux.Descriptors.Open(path, create ? flags | Fcntl.O_CREAT : flags, OwnerOnly);
        if (!descriptor.IsOpen) return Errno.Describe(Errno.Last);
        var problem = SysStat.fstat(descriptor.Number, out var status) == 0 && !status.IsRegularFile
            ? $"{path} is not a regular file; remove it"
            : null;
        fixed (byte* bytes = content)
        {
            for (nint done = 0; done < content.Length && problem is null;)
            {
                var count = Unistd.pwrite(descriptor.Number, bytes + done, (nuint)(content.Length - done), done);
                if (count >= 0) done += count;
                else if (Errno.Last != Errno.EINTR) problem = Errno.Describe(Errno.Last);
            }
        }
        return problem;
    }

    /// <summary>
    /// Writes all of it where the stream stands. Throws IOException also for a file that may not become larger (EFBIG),
    /// which is a full disk like any other and for which the runtime throws an exception that nobody expects of a
    /// write.
    /// </summary>
    public static void Write(Stream file, ReadOnlySpan<byte> content)
    {
        try
        {
            file.Write(content);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new IOException($"cannot write: {Errno.Describe(Errno.EFBIG)}", Errno.EFBIG);
        }
    }

    const uint OwnerOnly = 0x180; // 0600

    /// <summary>
    /// Makes a file, or empties it, open for writing and 0600 whatever the umask. What has that name and is not a
    /// regular file is removed first, so that no FIFO is waited for. Throws IOException.
    /// </summary>
    public static SafeFileHandle CreateOwnerOnly(string path)
    {
        if (SysStat.lstat(path, out var named) == 0 && !named.IsRegularFile) _ = Unistd.unlink(path);
        var flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_TRUNC | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK;
        var descriptor = Linux.Descriptors.Open(path, flags, OwnerOnly);
        if (!descriptor.IsOpen) throw Failure("cannot write", path);
        if (SysStat.fstat(descriptor.Number, out var made) == 0 && (made.Mode & OwnerOnly) != OwnerOnly)
            _ = SysStat.fchmod(descriptor.Number, OwnerOnly);
        return descriptor.ToFileHandle();
    }

    /// <summary>
    /// What an exception of the file API means, in the system's words: the runtime's own texts are left out of the
    /// executable.
    /// </summary>
    public static string Describe(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => Errno.Describe(Errno.ENOENT),
        UnauthorizedAccessException => Errno.Describe(Errno.EACCES),
        PathTooLongException => Errno.Describe(Errno.ENAMETOOLONG),
        // The runtime keeps the error number in HResult when it has no exception of its own for it.
        IOException { HResult: > 0 and < 4096 } => Errno.Describe(e.HResult),
        IOException { InnerException: { } inner } => Describe(inner),
        _ => e.GetType().Name,
    };

    static IOException Failure(string what, string path)
    {
        var errno = Errno.Last;
        return new IOException($"{what} {path}: {Errno.Describe(errno)}", errno);
    }
}
