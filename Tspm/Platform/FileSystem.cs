using Microsoft.Win32.SafeHandles;
using Tspm.Libc;

namespace Tspm.Platform;

/// <summary>
/// File operations that .NET's file API does not offer: owners, hard links, fsync of a folder, and readable error texts
/// (the executable does not contain the runtime's own).
/// </summary>
internal static class FileSystem
{
    /// <summary>The home directory of this user in the user database; null if there is none.</summary>
    public static string? HomeOfUser() => Pwd.getpwuid(Unistd.geteuid())?.Home;

    /// <summary>The name of this user in the user database; null if there is none.</summary>
    public static string? NameOfUser() => Pwd.getpwuid(Unistd.geteuid())?.Name;

    /// <summary>The name of a user, or "uid 7" for one that is not in the user database.</summary>
    public static string NameOf(uint uid) =>
        Pwd.getpwuid(uid)?.Name ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"uid {uid}");

    /// <summary>Whether this user may execute the file.</summary>
    public static bool IsExecutable(string path) => Unistd.access(path, Unistd.X_OK) == 0;

    /// <summary>The uid of a user given by name or number; null if there is no such user.</summary>
    public static uint? UserIdOf(string user) =>
        Pwd.getpwnam(user)?.Uid ?? (uint.TryParse(user, out var uid) ? uid : null);

    /// <summary>Whether there is a group with this name. A number is always one, even without an entry.</summary>
    public static bool IsGroup(string group) => Grp.getgrnam(group) is not null || uint.TryParse(group, out _);

    /// <summary>The name of the owner of a file or folder; null if it is not known.</summary>
    public static string? NameOfOwner(string path) =>
        SysStat.stat(path, out var status) == 0 ? Pwd.getpwuid(status.Uid)?.Name : null;

    /// <summary>The uid of the owner of a file or folder.</summary>
    /// <exception cref="IOException">The path cannot be examined.</exception>
    public static uint OwnerOf(string path) =>
        SysStat.stat(path, out var status) == 0 ? status.Uid : throw Failure("cannot examine", path);

    /// <summary>Whether anything has this name, including a dangling link.</summary>
    public static bool IsThere(string path) => SysStat.lstat(path, out _) == 0;

    /// <summary>Whether a socket has this name. A link to a socket does not count.</summary>
    public static bool IsSocket(string path) => SysStat.lstat(path, out var status) == 0 && status.IsSocket;

    /// <summary>
    /// Whether nothing is at this path. Also false if that cannot be determined (man 2 stat, EACCES).
    /// </summary>
    public static bool IsMissing(string path) =>
        SysStat.stat(path, out _) != 0 && Errno.Last is (Errno.ENOENT or Errno.ENOTDIR);

    /// <summary>
    /// Says how other users could put files into a folder that should be private, and what to do about it; null if they
    /// cannot.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be examined.</exception>
    public static string? OpenToOthers(string folder)
    {
        const uint writableByOthers = 0x12; // 022
        var self = Unistd.geteuid();
        if (SysStat.stat(folder, out var status) != 0) throw Failure("cannot examine", folder);
        if (status.Uid != self)
            return $"{folder} belongs to uid {status.Uid}, not to you (uid {self}); set TSPM_HOME to a folder you own";
        if ((status.Mode & writableByOthers) == 0) return null;
        return $"others can write to {folder} (mode {Convert.ToString(status.Mode & 0xfff, 8)}): check it for files "
            + $"that are not yours, then run chmod 700 {folder}";
    }

    /// <summary>The kernel's own limit (man 7 path_resolution).</summary>
    const int MostLinks = 40;

    /// <summary>
    /// Finds the first link on the way to a path that neither this user nor root created: whoever created it can point
    /// it somewhere else at any time. Links to links are followed as the kernel follows them.
    /// </summary>
    /// <returns>
    /// A sentence with the remedy; null if there is no such link in the part of the path that exists and can be read.
    /// </returns>
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
                    + $"made, not you (uid {self}); remove it, or set TSPM_HOME to a folder you own";
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
    /// Returns a sentence with the remedy if the mode of this user's own folder locks the user out; null if it does
    /// not, or the folder belongs to another user.
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
    /// Removes the owner's bits from the umask (0177, 0777), so that this process can use the files and folders it
    /// creates; the other bits stay. Must not be called where the umask matters to another process.
    /// </summary>
    public static void KeepOwnersRights() => _ = SysStat.umask(SysStat.umask(OthersBits) & OthersBits);

    const uint OthersBits = 0x3f; // 077

    /// <summary>Whether two paths lead to the same existing file or folder.</summary>
    public static bool AreSame(string one, string other) =>
        SysStat.stat(one, out var first) == 0 && SysStat.stat(other, out var second) == 0 && first.IsSameFile(second);

    /// <summary>Gives a file a second name, and replaces the file that has that name, if any.</summary>
    /// <exception cref="IOException">The link cannot be created.</exception>
    public static void HardLink(string existing, string another)
    {
        if (Unistd.link(existing, another) == 0) return;
        if (Errno.Last != Errno.EEXIST) throw Failure("cannot link", another);
        _ = Unistd.unlink(another);
        if (Unistd.link(existing, another) != 0) throw Failure("cannot link", another);
    }

    /// <summary>
    /// Resolves all links in a path. If the end of the path does not exist yet, the existing part is resolved.
    /// </summary>
    public static string RealPath(string path)
    {
        if (Stdlib.realpath(path) is { } real) return real;
        return Path.GetDirectoryName(path) is { } folder
            ? Path.Combine(RealPath(folder), Path.GetFileName(path))
            : path;
    }

    /// <summary>Renames a file, and replaces the file that has the new name, if any.</summary>
    /// <returns>Null, or why the file could not be renamed.</returns>
    public static string? Rename(string from, string to) =>
        Unistd.rename(from, to) == 0 ? null : Errno.Describe(Errno.Last);

    /// <summary>
    /// Renames a file to <c>NAME.kept-1</c>, -2 …, so that its own name is free. A missing file is not an error.
    /// </summary>
    /// <returns>Null, or why the file could not be renamed.</returns>
    public static string? MoveAside(string path)
    {
        if (!File.Exists(path)) return null;
        return Rename(path, FreeName($"{path}.kept"));
    }

    /// <summary>Returns the first of NAME-1, NAME-2 … that is not in use.</summary>
    static string FreeName(string name)
    {
        var number = 1;
        while (IsThere(NumberedName(name, number))) number++;
        return NumberedName(name, number);
    }

    static string NumberedName(string name, int number) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}-{number}");

    /// <summary>
    /// Renames an entry that cannot be used as the file of this name to <c>NAME.broken-1</c>, -2 …
    /// </summary>
    /// <returns>Null, or why the entry could not be renamed.</returns>
    public static string? SetAside(string path, out string aside) => Rename(path, aside = FreeName($"{path}.broken"));

    /// <summary>Makes creations, renames and removals in a folder durable (man 2 fsync).</summary>
    /// <exception cref="IOException">The folder cannot be opened or synced.</exception>
    public static void SyncFolder(string folder)
    {
        using var descriptor = Linux.Descriptors.Open(folder, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY);
        if (!descriptor.IsOpen) throw Failure("cannot open", folder);
        if (Unistd.fsync(descriptor.Number) != 0) throw Failure("cannot sync", folder);
    }

    /// <summary>
    /// Writes to the beginning of a regular file without truncating it, and creates the file with mode 0600 if needed.
    /// This takes a few system calls and no journal. It never waits for the reader of a FIFO.
    /// </summary>
    /// <returns>Null if everything was written; otherwise the reason.</returns>
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
    /// Writes everything at the current position of the stream. A file that may not grow any further (EFBIG) also
    /// causes an <see cref="IOException"/>, like a full disk; the runtime itself throws an exception that nobody
    /// expects from a write.
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
    /// Creates or truncates a file and opens it for writing, with mode 0600 regardless of the umask. An entry of that
    /// name that is not a regular file is removed first, so that opening never waits for a FIFO.
    /// </summary>
    /// <exception cref="IOException">The file cannot be created.</exception>
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
    /// Describes an exception of the file API in the system's words, because the executable does not contain the
    /// runtime's own texts.
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
