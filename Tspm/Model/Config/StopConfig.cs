namespace Tspm.Model.Config;

/// <summary>The <c>stop</c> object of a config; null members mean the default.</summary>
internal sealed record StopConfig
{
    /// <summary>A signal's name, with or without SIG, or its number. SIGTERM by default.</summary>
    public string? Signal { get; init; }

    /// <summary>How long the child may take before the whole tree is killed.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary>False: what the child left behind is left alone.</summary>
    public bool? KillTree { get; init; }
}
