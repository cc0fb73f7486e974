namespace Tspm.Model.Config;

/// <summary>The parts that the names of log files are made of.</summary>
/// <param name="Name">Name of the process.</param>
/// <param name="Instances">Number of instances: the files of a single instance have no number.</param>
internal sealed record LogsUnder(string Name, int Instances)
{
    /// <summary>Whether the log files have the same names.</summary>
    public bool IsSameAs(LogsUnder other) => Name == other.Name && Instances > 1 == other.Instances > 1;
}
