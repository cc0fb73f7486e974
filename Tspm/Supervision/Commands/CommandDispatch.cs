using System.Diagnostics;

namespace Tspm.Supervision.Commands;

/// <summary>
/// Maps each order and query to the code that executes or answers it. Runs on the supervisor's thread.
/// </summary>
internal sealed class CommandDispatch(Supervisor supervisor)
{
    /// <exception cref="ShuttingDownException">The order would begin something, but the daemon is shutting
    /// down.</exception>
    /// <exception cref="NoSuchProcessException">A selector matches nothing; nothing was begun.</exception>
    /// <exception cref="OrderRefusedException">The order was refused; nothing was begun.</exception>
    /// <exception cref="InvalidOrderException">The order makes no sense; nothing was begun.</exception>
    public TResult Execute<TResult>(SupervisorCommand<TResult> command)
    {
        if (command.BeginsSomething && supervisor.IsShuttingDown) throw new ShuttingDownException();
        return (TResult)Do(command)!;
    }

    /// <exception cref="NoSuchProcessException">A selector matches nothing.</exception>
    public TResult Answer<TResult>(SupervisorQuery<TResult> query) => (TResult)AnswerOf(query)!;

    object? Do(SupervisorCommand command) => command switch
    {
        SupervisorCommand.Add order => AddExecution.Run(supervisor, order),
        SupervisorCommand.Apply order => ApplyExecution.Run(supervisor, order),
        SupervisorCommand.Start order => StartExecution.Run(supervisor, order),
        SupervisorCommand.Withdraw order => WithdrawExecution.Run(supervisor, order),
        SupervisorCommand.Stop order => StopExecution.Run(supervisor, order),
        SupervisorCommand.Restart order => RestartExecution.Run(supervisor, order),
        SupervisorCommand.Reload order => RestartExecution.Run(supervisor, order),
        SupervisorCommand.Delete order => DeleteExecution.Run(supervisor, order),
        SupervisorCommand.Scale order => ScaleExecution.Run(supervisor, order),
        SupervisorCommand.Set order => SetExecution.Run(supervisor, order),
        SupervisorCommand.Rename order => RenameExecution.Run(supervisor, order),
        SupervisorCommand.Reset order => ResetExecution.Run(supervisor, order),
        SupervisorCommand.Signal order => SignalExecution.Run(supervisor, order),
        SupervisorCommand.Save => supervisor.Save(),
        _ => throw new UnreachableException($"nobody carries out {command.GetType().Name}"),
    };

    object? AnswerOf(SupervisorQuery query) => query switch
    {
        SupervisorQuery.Ping => true,
        SupervisorQuery.Selected asked => Answers.Selected(supervisor, asked),
        SupervisorQuery.Named asked => Answers.Named(supervisor, asked),
        SupervisorQuery.Present asked => Answers.Present(asked),
        SupervisorQuery.Retried asked => Answers.Retried(supervisor, asked),
        SupervisorQuery.KeptEnvironments asked => Answers.KeptEnvironments(supervisor, asked),
        SupervisorQuery.ScriptsToRestart asked => Answers.ScriptsToRestart(supervisor, asked),
        SupervisorQuery.ChangedFacts asked => Answers.ChangedFacts(supervisor, asked),
        SupervisorQuery.LogMoveProblem asked => supervisor.LogMoves.ProblemOf(asked.Id),
        SupervisorQuery.Watched asked => Answers.Watched(supervisor, asked),
        SupervisorQuery.BeginDeathWatch asked => new DeathWatch(asked.Over),
        SupervisorQuery.EndDeathWatch asked => asked.Watch.End(),
        _ => throw new UnreachableException($"nobody answers {query.GetType().Name}"),
    };
}
