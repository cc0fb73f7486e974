namespace Tspm.Supervision.Process;

/// <summary>Looks how long a log file is.</summary>
internal static class LogSize
{
    /// <summary>In bytes; 0: there is no such file.</summary>
    public static long Of(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
