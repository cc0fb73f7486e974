namespace Tspm.Model.Config;

/// <summary>The <c>log</c> object of a config; null members mean the default.</summary>
internal sealed record LogConfig
{
    /// <summary>
    /// A file that has reached this is put away as <c>.1</c> and a new one begun, between two lines. 0: never.
    /// </summary>
    public long? MaxSizeBytes { get; init; }

    /// <summary>The same after this time, when something is printed then. 0: never.</summary>
    public long? MaxAgeMs { get; init; }

    /// <summary>How many old files are kept beside the current one.</summary>
    public int? Keep { get; init; }

    /// <summary>False: old files stay as they are; else all but the newest of them are compressed (gzip).</summary>
    public bool? Compress { get; init; }

    /// <summary>
    /// When the file takes no more (a full disk): block (the program waits, nothing is lost) or drop (it goes on, what
    /// is lost is counted).
    /// </summary>
    public string? OnFull { get; init; }

    /// <summary>
    /// normal, or large: room for 1 MiB between program and log from the start, for programs that print much and exit
    /// at once.
    /// </summary>
    public string? Pipe { get; init; }
}
