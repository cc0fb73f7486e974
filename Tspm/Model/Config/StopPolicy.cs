namespace Tspm.Model.Config;

/// <summary>The effective way to stop a child: <see cref="StopConfig"/> with its defaults filled in.</summary>
internal sealed record StopPolicy(int Signal, TimeSpan Timeout, bool KillTree)
{
    public static readonly StopPolicy Default = new(Signals.SIGTERM, TimeSpan.FromSeconds(10), true);

    /// <summary>The effective stop settings of a process.</summary>
    public static StopPolicy From(ProcessConfig config)
    {
        if (config.Stop is not { } said) return Default;
        return new StopPolicy(
            said.Signal is { } name && Signals.TryParse(name, out var number) ? number : Default.Signal,
            said.TimeoutMs is { } ms ? TimeSpan.FromMilliseconds(ms) : Default.Timeout,
            said.KillTree ?? Default.KillTree);
    }
}
