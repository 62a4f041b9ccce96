/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <libdex.h>

G_BEGIN_DECLS

/**
 * DroverServicePlan:
 * @id: what it is to the machine: `tpm`
 * @title: what it is to people, with the program's name
 * @argv: what is started, the program's path first
 * @directory: the folder in which it is started: QEMU's, so that both mean the same by a
 *   relative name, which also gets round the limit of 108 bytes for a socket's path
 * @socket: the UNIX socket that it makes, from @directory; it is ready when it listens there
 * @address: (nullable): the same as it is told to the program: its whole path, unless that is too
 *   long for a socket's address
 * @single: whether it serves one client and ends with it, so that it must not be connected to for a
 *   look
 * @log: the file for all that it prints
 * @note: (nullable): the file in which it notes who it is before it is started, see
 *   drover_process_note_self()
 *
 * A program that lives with a machine, to be started before its QEMU.
 */
typedef struct
{
  char *id;
  char *title;
  GStrv argv;
  char *directory;
  char *socket;
  char *address;
  gboolean single;
  char *log;
  char *note;
} DroverServicePlan;

/**
 * DroverService:
 * @id: see #DroverServicePlan
 * @title: for people
 * @pid: its process; 0 before it is started
 * @start_time: see drover_process_get_start_time()
 * @socket: the absolute path of its socket
 * @address: (nullable): see #DroverServicePlan
 * @single: see #DroverServicePlan
 * @log: what it printed
 *
 * One that was started, by whomever.
 */
typedef struct
{
  char *id;
  char *title;
  GPid pid;
  guint64 start_time;
  char *socket;
  char *address;
  gboolean single;
  char *log;
} DroverService;

DroverServicePlan *drover_service_plan_new (const char *directory, const char *socket);
void           drover_service_plan_free   (DroverServicePlan *self);

DroverService *drover_service_new         (const DroverServicePlan *plan);
char          *drover_service_dup_log      (const char *id, const char *log_dir);
char          *drover_service_dup_note    (const char *id, const char *runtime_dir);
DroverService *drover_service_spawn       (DroverServicePlan *plan, GError **error);
gboolean       drover_service_await_ready (DroverService *self, GError **error);
DroverService *drover_service_copy        (const DroverService *self);
void           drover_service_free        (DroverService *self);
gboolean       drover_service_is_alive    (const DroverService *self);
GError        *drover_service_describe_end (const DroverService *self);
gboolean       drover_service_said_error   (const DroverService *self);
gboolean       drover_service_listens     (const char *directory, const char *socket);

JsonNode      *drover_service_to_json     (const DroverService *self);
DroverService *drover_service_from_json   (JsonNode *node);

GPtrArray     *drover_services_new        (void);
GPtrArray     *drover_services_copy       (GPtrArray *services);
gboolean       drover_services_any_alive  (GPtrArray *services);
void           drover_services_end        (GPtrArray *services, guint grace_msec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverServicePlan, drover_service_plan_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverService, drover_service_free)

G_END_DECLS
