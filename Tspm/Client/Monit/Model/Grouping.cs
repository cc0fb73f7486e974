namespace Tspm.Client.Monit.Model;

/// <summary>How the rows of the list are grouped, in the order in which a user goes through the kinds.</summary>
internal enum Grouping
{
    None,
    Namespace,
    Project,

    /// <summary>See <see cref="DependencyGroups"/>.</summary>
    Dependency,
}
