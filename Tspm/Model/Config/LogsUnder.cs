namespace Tspm.Model.Config;

/// <summary>What the names of a process's log files are made of.</summary>
/// <param name="Name">Name of the process.</param>
/// <param name="Instances">How many instances it has: the files of a single one have no number.</param>
internal sealed record LogsUnder(string Name, int Instances)
{
    /// <summary>The files have the same names.</summary>
    public bool IsSameAs(LogsUnder other) => Name == other.Name && Instances > 1 == other.Instances > 1;
}
