namespace Tspm.Model.State;

/// <summary>A process that did not end in time and was killed.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="Name">The kernel's name for it, or the process's own name for its main program.</param>
internal sealed record KilledProcess(int Pid, string Name);
