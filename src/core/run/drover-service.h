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
 * @log: the file for all that it prints
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
  char *log;
} DroverServicePlan;

/**
 * DroverService:
 * @id: see #DroverServicePlan
 * @title: for people
 * @pid: its process
 * @start_time: see drover_process_get_start_time()
 * @socket: the absolute path of its socket
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
  char *log;
} DroverService;

void           drover_service_plan_free   (DroverServicePlan *self);

DroverService *drover_service_spawn       (DroverServicePlan *plan, GError **error);
gboolean       drover_service_await_ready (DroverService *self, GError **error);
DroverService *drover_service_copy        (const DroverService *self);
void           drover_service_free        (DroverService *self);
gboolean       drover_service_is_alive    (const DroverService *self);
GError        *drover_service_describe_end (const DroverService *self);
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
