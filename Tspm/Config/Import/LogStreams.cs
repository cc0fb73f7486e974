namespace Tspm.Config.Import;

/// <summary>
/// Log files that are no files: in a container, people have a manager print what its programs print. A program's log is
/// a file here, and the daemon prints it too when it is asked to.
/// </summary>
internal static class LogStreams
{
    const string Note =
        "what was to go to standard output or error has a log here; to print it as well: tspm daemon --logs";

    /// <summary>True: the path is a standard stream of the manager itself, which was noted.</summary>
    public static bool IsOne(string? path, Imported imported)
    {
        if (path is not (
            "/dev/stdout" or "/dev/stderr" or "/dev/fd/1" or "/dev/fd/2" or "/proc/self/fd/1" or "/proc/self/fd/2"))
            return false;
        if (!imported.Notes.Contains(Note)) imported.Notes.Add(Note);
        return true;
    }
}
