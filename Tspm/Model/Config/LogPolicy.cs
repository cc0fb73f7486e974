namespace Tspm.Model.Config;

/// <summary>The effective log settings: <see cref="LogConfig"/> with its defaults filled in.</summary>
internal sealed record LogPolicy(long MaxSizeBytes, long MaxAgeMs, int Keep, bool Compress, bool Drop, bool LargePipe)
{
    public static readonly LogPolicy Default = new(MaxSizeBytes: 10 << 20, MaxAgeMs: 0, Keep: 10, Compress: true,
        Drop: false, LargePipe: false);

    /// <summary>The effective log settings of a process.</summary>
    public static LogPolicy From(ProcessConfig config)
    {
        if (config.Log is not { } log) return Default;
        return new LogPolicy(
            log.MaxSizeBytes ?? Default.MaxSizeBytes,
            log.MaxAgeMs ?? Default.MaxAgeMs,
            log.Keep ?? Default.Keep,
            log.Compress ?? Default.Compress,
            log.OnFull == "drop",
            log.Pipe == "large");
    }
}
