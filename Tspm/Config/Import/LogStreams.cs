namespace Tspm.Config.Import;

/// <summary>
/// Recognises log files that are standard streams: in a container, people let a manager print the output of its
/// programs. In Tspm the log of a program is a file, which the daemon also prints on request.
/// </summary>
internal static class LogStreams
{
    const string Note =
        "output that went to the manager's standard output or error has a log file here; to print it too, run: "
        + "tspm daemon --logs";

    /// <summary>Whether the path is a standard stream of the manager itself. If it is, a note says so.</summary>
    public static bool IsOne(string? path, Imported imported)
    {
        if (path is not (
            "/dev/stdout" or "/dev/stderr" or "/dev/fd/1" or "/dev/fd/2" or "/proc/self/fd/1" or "/proc/self/fd/2"))
            return false;
        if (!imported.Notes.Contains(Note)) imported.Notes.Add(Note);
        return true;
    }
}
