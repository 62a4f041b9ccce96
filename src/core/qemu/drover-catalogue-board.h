/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-catalogue.h"
#include "drover-setting.h"

G_BEGIN_DECLS

/* What a type of machine is when it is started with nothing added: the values that its properties
 * then have, and the buses that it brings along. QEMU tells this only of a machine that it has
 * made, so it is asked for type by type. */

/* A bus that a board has. Its texts belong to the catalogue. */
typedef struct
{
  const char *name;      /* what `bus=` takes: "pcie.0" */
  const char *type;      /* "PCIE" */
  const char *device;    /* the type of the device that has it; empty for the root */
} DroverCatalogueBoardBus;

DexFuture    *drover_catalogue_load_board      (DroverCatalogue *self, const char *machine,
                                                gboolean bare) G_GNUC_WARN_UNUSED_RESULT;
gboolean      drover_catalogue_has_board       (DroverCatalogue *self, const char *machine,
                                                gboolean bare);
const GError *drover_catalogue_get_board_error (DroverCatalogue *self, const char *machine,
                                                gboolean bare);
char         *drover_catalogue_dup_board_value (DroverCatalogue *self, const char *machine,
                                                gboolean bare, const char *property);
GArray       *drover_catalogue_list_board_buses (DroverCatalogue *self, const char *machine,
                                                 gboolean bare, const char *device);

/* drover-catalogue-default.c */
char         *drover_catalogue_dup_machine     (DroverCatalogue *self, GPtrArray *arguments,
                                                gboolean *bare);
char         *drover_catalogue_dup_default_of  (DroverCatalogue *self,
                                                const DroverSetting *setting,
                                                GPtrArray *arguments, const DroverScope *scope);
char         *drover_catalogue_dup_value_text  (const DroverSetting *setting, const char *json);
gboolean      drover_catalogue_offers          (DroverCatalogue *self,
                                                const DroverSetting *setting,
                                                GPtrArray *arguments);

G_END_DECLS
