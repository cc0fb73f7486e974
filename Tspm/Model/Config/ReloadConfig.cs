namespace Tspm.Model.Config;

/// <summary>The <c>reload</c> object of a config; null members mean the default.</summary>
internal sealed record ReloadConfig
{
    /// <summary>A new child comes up beside the old one and takes its place. The default.</summary>
    public const string Replace = "replace";

    /// <summary>The child gets a signal, and goes on.</summary>
    public const string BySignal = "signal";

    public const string DefaultSignal = "SIGHUP";

    public string? Mode { get; init; }

    /// <summary>A signal's name, with or without SIG, or its number. SIGHUP by default.</summary>
    public string? Signal { get; init; }
}
