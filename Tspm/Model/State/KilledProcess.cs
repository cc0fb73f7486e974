namespace Tspm.Model.State;

/// <summary>A process that did not end in time and was killed.</summary>
/// <param name="Pid">The pid.</param>
/// <param name="Name">
/// The name that the kernel has for it; for the main program, the name of the managed process.
/// </param>
internal sealed record KilledProcess(int Pid, string Name);
