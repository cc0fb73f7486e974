namespace Tspm.Model.Config;

/// <summary>How the output of a process is kept: <see cref="LogConfig"/> with its defaults filled in.</summary>
internal sealed record LogPolicy(long MaxSizeBytes, long MaxAgeMs, int Keep, bool Compress, bool Drop, bool LargePipe)
{
    public static readonly LogPolicy Default = new(MaxSizeBytes: 10 << 20, MaxAgeMs: 0, Keep: 10, Compress: true,
        Drop: false, LargePipe: false);

    public static LogPolicy Of(ProcessConfig config)
    {
        if (config.Log is not { } said) return Default;
        return new LogPolicy(
            said.MaxSizeBytes ?? Default.MaxSizeBytes, said.MaxAgeMs ?? Default.MaxAgeMs, said.Keep
                ?? Default.Keep, said.Compress ?? Default.Compress,
            said.OnFull == "drop", said.Pipe == "large");
    }
}
