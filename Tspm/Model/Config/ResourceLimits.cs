using System.Text.Json.Serialization;

namespace Tspm.Model.Config;

/// <summary>Resource limits of the child, soft and hard alike (man 2 setrlimit). Null: inherited.</summary>
internal sealed record ResourceLimits
{
    /// <summary>Open descriptors.</summary>
    public long? Nofile { get; init; }

    /// <summary>Processes of the user.</summary>
    public long? Nproc { get; init; }

    /// <summary>Size of a core file, in bytes.</summary>
    public long? Core { get; init; }

    /// <summary>Address space, in bytes.</summary>
    public long? As { get; init; }

    /// <summary>Size of a file, in bytes.</summary>
    public long? Fsize { get; init; }

    /// <summary>CPU time, in seconds.</summary>
    public long? Cpu { get; init; }

    /// <summary>Locked memory, in bytes.</summary>
    public long? Memlock { get; init; }

    /// <summary>Stack, in bytes.</summary>
    public long? Stack { get; init; }

    /// <summary>Computed, so not a field: written into a request it would be refused as unknown.</summary>
    [JsonIgnore]
    public bool IsEmpty => this == new ResourceLimits();
}
