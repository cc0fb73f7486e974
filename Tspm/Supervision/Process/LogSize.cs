namespace Tspm.Supervision.Process;

/// <summary>Reads the size of a log file.</summary>
internal static class LogSize
{
    /// <summary>The size in bytes; 0 if the file does not exist.</summary>
    public static long Read(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
