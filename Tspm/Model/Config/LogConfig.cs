namespace Tspm.Model.Config;

/// <summary>The <c>log</c> object of a config; null members mean the default.</summary>
internal sealed record LogConfig
{
    /// <summary>
    /// Size at which a log file is rotated: it is renamed to <c>.1</c> and a new file begins, always between two lines.
    /// 0 means never.
    /// </summary>
    public long? MaxSizeBytes { get; init; }

    /// <summary>Age at which a log file is rotated, at the next output. 0 means never.</summary>
    public long? MaxAgeMs { get; init; }

    /// <summary>Number of rotated files that are kept.</summary>
    public int? Keep { get; init; }

    /// <summary>Whether all rotated files but the newest are compressed (gzip).</summary>
    public bool? Compress { get; init; }

    /// <summary>
    /// What happens when the file cannot grow (a full disk): <c>block</c> makes the program wait, so that nothing is
    /// lost; <c>drop</c> lets it continue and counts the lost bytes.
    /// </summary>
    public string? OnFull { get; init; }

    /// <summary>
    /// The pipe between program and log: <c>normal</c>, or <c>large</c> (1 MiB from the start) for programs that print
    /// a lot and exit at once.
    /// </summary>
    public string? Pipe { get; init; }
}
