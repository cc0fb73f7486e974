namespace Tspm.Model.Config;

/// <summary>The <c>reload</c> object of a config; null members mean the default.</summary>
internal sealed record ReloadConfig
{
    /// <summary>A new child is started next to the old one and replaces it once it is ready. The default.</summary>
    public const string Replace = "replace";

    /// <summary>The child gets a signal and keeps running.</summary>
    public const string BySignal = "signal";

    public const string DefaultSignal = "SIGHUP";

    /// <summary><see cref="Replace"/> or <see cref="BySignal"/>; null means replace.</summary>
    public string? Mode { get; init; }

    /// <summary>A signal name, with or without SIG, or a signal number; SIGHUP by default.</summary>
    public string? Signal { get; init; }
}
