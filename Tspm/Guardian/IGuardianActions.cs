using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// The deeds that the lifecycle orders, see <see cref="GuardianAction"/>: the seam between the guardian's interpreter
/// and the system.
/// </summary>
internal interface IGuardianActions
{
    /// <returns>False: no process could be made, or the home is not there.</returns>
    bool StartDaemon();

    void SignalDaemon(int signal);

    void FinishStart();

    void RestoreHome();

    void RecordDeath(int pid, int waitStatus, int consecutive);

    void ReportFirstDeath(int waitStatus);

    /// <returns>Why this image goes on; it does not return when all is well.</returns>
    string ReExec(Descriptor executable);

    /// <returns>As <see cref="ReExec"/>.</returns>
    string RollBack(Descriptor former, string problem);

    /// <returns>Why nothing has changed hands; null: the successor has everything.</returns>
    string? GiveTo(Descriptor successor);

    void SetUpgradeProblem(string problem);

    void Close(Descriptor descriptor);

    void RemoveSocket();

    void RemoveDeathNote();

    void FinishLogs();
}
