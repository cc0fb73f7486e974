using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Finds the file of a program as a shell would, but with the child's PATH and working directory, and gives a precise
/// reason on failure. posix_spawnp would search the daemon's PATH, and reports only an error number.
/// </summary>
internal static class ProgramLookup
{
    public const string FindStage = SpawnFailure.FindStage, ExecuteStage = SpawnFailure.ExecuteStage,
        DirectoryStage = SpawnFailure.DirectoryStage;

    /// <summary>The search path of execvp if PATH is not set (man 3 exec).</summary>
    const string DefaultPath = "/bin:/usr/bin";

    /// <summary>
    /// Finds the path for exec, which is called after the change of directory. A relative path stays relative, so that
    /// a script sees the name by which it was called. The access rights of the calling process count.
    /// </summary>
    /// <returns>Exactly one of the two is null.</returns>
    public static (string? Path, SpawnFailure? Failure) Find(string program, string workingDirectory, string? path)
    {
        if (program.Length == 0)
            return (null, new SpawnFailure(FindStage, Errno.ENOENT, "cannot find a program: the command is empty"));
        if (program.Contains('/'))
        {
            var failure = Check(program, workingDirectory);
            return failure is null ? (program, null) : (null, failure);
        }
        return Search(program, workingDirectory, path);
    }

    /// <summary>Why a path cannot be used as a working directory; null if it can.</summary>
    public static SpawnFailure? CheckDirectory(string directory)
    {
        var errno = 0;
        if (SysStat.stat(directory, out var status) != 0) errno = Errno.Last;
        else if (!status.IsDirectory) errno = Errno.ENOTDIR;
        else if (Unistd.access(directory, Unistd.X_OK) != 0) errno = Errno.Last;
        return errno == 0 ? null : DirectoryFailure(directory, errno);
    }

    public static SpawnFailure DirectoryFailure(string directory, int errno) =>
        new(DirectoryStage, errno, $"cannot change directory to {directory}: {Errno.Describe(errno)}");

    /// <summary>Explains why exec failed although the file was found.</summary>
    public static SpawnFailure ExecuteFailure(string program, string workingDirectory, int errno) => errno switch
    {
        Errno.ENOEXEC => Failure(program, errno, " (is the first line '#!/path/to/interpreter' missing?)"),
        Errno.ENOENT or Errno.EACCES or Errno.ENOTDIR
            when Shebang.InterpreterOf(Absolute(program, workingDirectory)) is { } interpreter =>
            Failure(program, errno,
                $" (its first line names the interpreter '{interpreter}': is that installed and executable?)"),
        Errno.ENOENT =>
            Failure(program, errno, " (the file exists: was it built for another system, with another loader?)"),
        Errno.E2BIG => Failure(program, errno, " (arguments and environment together are too long)"),
        _ => Failure(program, errno, ""),
    };

    static (string? Path, SpawnFailure? Failure) Search(string program, string workingDirectory, string? path)
    {
        SpawnFailure? denied = null;
        var folders = path ?? DefaultPath;
        foreach (var folder in folders.Split(':'))
        {
            // An empty entry is the working directory (man 3 exec).
            var candidate = folder.Length == 0 ? "./" + program : folder + "/" + program;
            var failure = Check(candidate, workingDirectory);
            if (failure is null) return (candidate, null);
            if (failure.Errno == Errno.EACCES
                && SysStat.stat(Absolute(candidate, workingDirectory), out var status) == 0 && status.IsRegularFile)
                denied ??= failure;
        }
        return (null, denied ?? new SpawnFailure(FindStage, Errno.ENOENT,
            path is null
                ? $"cannot find the program '{program}': PATH is not set, and it is not in {DefaultPath}"
                : $"cannot find the program '{program}' on the PATH{InFolder(program, workingDirectory)}"));
    }

    /// <summary>
    /// Adds a hint if the working directory contains a file of this name: a bare name does not refer to it.
    /// </summary>
    static string InFolder(string program, string workingDirectory) =>
        SysStat.stat(Absolute(program, workingDirectory), out var status) == 0 && status.IsRegularFile
            ? $"; to run {Absolute(program, workingDirectory)}, write ./{program}, or set an interpreter" : "";

    static SpawnFailure? Check(string program, string workingDirectory)
    {
        var file = Absolute(program, workingDirectory);
        if (SysStat.stat(file, out var status) != 0)
        {
            var errno = Errno.Last;
            return errno is Errno.ENOENT or Errno.ENOTDIR
                ? new SpawnFailure(FindStage, errno, $"cannot find program {file}: {Errno.Describe(errno)}")
                : Failure(file, errno, "");
        }
        if (status.IsDirectory) return Failure(file, Errno.EACCES, "", Errno.Describe(Errno.EISDIR));
        if (!status.IsRegularFile) return Failure(file, Errno.EACCES, "", "Not a regular file");
        if (Unistd.access(file, Unistd.X_OK) == 0) return null;
        return Errno.Last == Errno.EACCES ? Failure(file, Errno.EACCES, " (chmod +x?)") : Failure(file, Errno.Last, "");
    }

    static SpawnFailure Failure(string program, int errno, string hint, string? reason = null) =>
        new(ExecuteStage, errno, $"cannot execute {program}: {reason ?? Errno.Describe(errno)}{hint}");

    static string Absolute(string program, string workingDirectory)
    {
        if (program.StartsWith('/')) return program;
        return workingDirectory.TrimEnd('/') + "/"
            + (program.StartsWith("./", StringComparison.Ordinal) ? program[2..] : program);
    }
}
