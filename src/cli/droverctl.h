/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdio.h>

#include "drover-check.h"
#include "drover-library.h"
#include "drover-run.h"

G_BEGIN_DECLS

/* Exit statuses, as `droverctl --help` lists them. */
typedef enum
{
  STATUS_OK = 0,
  STATUS_FAILED = 1,
  STATUS_USAGE = 2,
  STATUS_NO_SUCH_MACHINE = 3,
  STATUS_BROKEN = 4,
  STATUS_BAD_STATE = 5,
  STATUS_NOT_STARTED = 6,
  STATUS_NO_ANSWER = 7,
} Status;

/**
 * Command:
 * @name: as typed
 * @operands: what --help shows after it
 * @summary: one line for --help
 * @n_operands: how many operands it must have
 * @run: does it; called in a fiber, so that it can await
 * @n_optional: how many more it may have; %G_MAXUINT for any number
 * @details: (nullable): more lines for the command's own --help
 */
typedef struct _Command Command;

typedef struct
{
  const Command *command;
  DroverLibrary *library;
  GStrv operands;
} Invocation;

struct _Command
{
  const char *name;
  const char *operands;
  const char *summary;
  guint n_operands;
  const GOptionEntry *options;
  gboolean (*run) (Invocation *invocation, GError **error);
  guint n_optional;
  const char *details;
};

extern const Command list_command;
extern const Command import_command;
extern const Command export_command;
extern const Command create_command;
extern const Command delete_command;
extern const Command renew_identity_command;
extern const Command argument_command;
extern const Command command_command;
extern const Command log_command;
extern const Command start_command;
extern const Command status_command;
extern const Command stop_command;
extern const Command pause_command;
extern const Command resume_command;
extern const Command reset_command;
extern const Command shutdown_command;
extern const Command wake_command;
extern const Command autostart_command;
extern const Command console_command;
extern const Command qmp_command;
extern const Command hmp_command;
extern const Command send_key_command;
extern const Command screenshot_command;
extern const Command events_command;
extern const Command ssh_command;
extern const Command get_command;
extern const Command set_command;
extern const Command unset_command;
extern const Command settings_command;
extern const Command show_command;
extern const Command parts_command;
extern const Command add_command;
extern const Command remove_command;
extern const Command rename_command;
extern const Command modernise_command;
extern const Command check_command;
extern const Command firmware_command;
extern const Command catalogue_command;
extern const Command download_command;
extern const Command media_command;
extern const Command passt_command;
extern const Command share_command;
extern const Command templates_command;
extern const Command apply_command;
extern const Command attach_command;
extern const Command detach_command;
extern const Command insert_command;
extern const Command eject_command;
extern const Command forward_command;
extern const Command balloon_command;
extern const Command usb_devices_command;
extern const Command agent_command;

/* Options that several commands share; parsed afresh in each run of the program. */
extern gboolean option_json;
extern const GOptionEntry json_options[];

DroverMachine *find_machine    (Invocation *invocation, GError **error);
GPtrArray     *list_all_arguments (DroverMachine *machine);
void           tell_when_it_counts (DroverMachine *machine);
DroverRun     *find_run        (Invocation *invocation, GError **error);
void           settle_install (DroverRun *run);
gboolean       is_machine_name (const char *text);
void           describe_power  (JsonObject *object, DroverRun *run);
JsonObject    *describe_run    (DroverRun *run);
JsonObject    *describe_check  (DroverDocument *document, DroverCheck *check);
void           print_check     (DroverDocument *document, DroverCheck *check, FILE *stream);
void           describe_agent  (DroverRun *run, JsonObject *object);
void           print_agent     (DroverRun *run);
void           print_json      (JsonNode *node);
void           print_json_take (JsonObject *object);

G_END_DECLS
