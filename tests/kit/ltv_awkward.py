"""Twelve awkward customers, and their rows of customer_ltv worked out by hand.

As of 2023-07-01. Three years are expected of everybody; a first order less than 365.25 days ago counts as a year ago.
ltv = total x 365.25 x 3 / days = total x 1095.75 / days, or total x 3 within the first year.
"""

from __future__ import annotations

from tests.kit.ltv_shop import NOBODY

AS_OF = "2023-07-01"
VANISHES = "6,Vera,Niyonsaba,vera@example.com,Burundi,Female,1989-06-06"
CUSTOMERS = [
    "1,Refa,Zero,refa@example.com,Kenya,Female,1990-01-01",
    "2,Tom,Twice,tom@example.com,Kenya,Male,1990-01-02",
    "3,Ella,Early,ella@example.com,Kenya,Female,1990-01-03",
    "4,Owen,Owing,owen@example.com,Kenya,Male,1990-01-04",
    "5,Lena,Lost,lena@example.com,Kenya,Female,1990-01-05",
    VANISHES,
    "7,Mid,Way,mid@example.com,Kenya,,1990-01-07",
    "8,Alex,Mugisha,,Rwanda,Male,1990-01-08",
    "9,Alex,Mugisha,,Rwanda,Male,1990-01-08",
    "10,Paul,Partly,paul@example.com,Kenya,Male,1990-01-10",
    "11,Penda,Pending,penda@example.com,Kenya,Female,1990-01-11",
    "12,Kin,Dred,kin@example.com,Kenya,,",
]
ORDERS = [
    "101,1,2022-07-01,Given back,80.00",
    "201,2,2021-07-01,Paid in two,100.00",
    "301,3,2023-03-10,Paid before,25.50",
    "401,4,2023-01-05,Never paid,9.00",
    "601,6,2022-01-01,Of somebody who leaves,10.00",
    "701,7,2023-06-30,Paid after as_of,10.00",
    "702,7,2023-07-01,On the day,20.00",
    "703,7,2023-07-02,Ordered after as_of,40.00",
    "801,8,2023-01-01,One Alex,11.00",
    "901,9,2023-01-01,Other Alex,22.00",
    "1001,10,2020-07-01,Partly given back,50.00",
    "1002,10,2022-07-01,Kept,15.05",
    "1101,11,2023-02-01,Pending,70.00",
    "1102,11,2023-02-02,Paid,5.00",
    "1201,12,2023-05-05,Paid by somebody else,44.00",
]
PAYMENTS = [
    "1,1,101,2022-07-01,80.00,paid,USD",
    "2,1,101,2022-07-20,-80.00,paid,USD",
    "3,2,201,2021-07-01,60.00,,USD",
    "4,2,201,2021-08-01,40.00,,USD",
    "5,3,301,2023-03-01,25.50,,",
    "6,5,599,2023-04-01,33.00,settled,",
    "7,6,601,2022-01-01,10.00,,",
    "8,7,701,2023-07-02,10.00,,",
    "9,7,702,2023-07-01,20.00,,",
    "10,7,703,2023-06-01,40.00,,",
    "11,8,801,2023-01-01,11.00,,",
    "12,9,901,2023-01-01,22.00,,",
    "13,10,1001,2020-07-01,50.00,,",
    "14,10,1001,2020-07-09,-20.00,,",
    "15,10,1002,2022-07-01,15.05,,",
    "16,11,1101,2023-02-01,70.00,pending,",
    "17,11,1102,2023-02-02,5.00,PAID,",
    "18,4,1201,2023-05-05,44.00,,",
]
FILES = {"customers.csv": CUSTOMERS, "orders.csv": ORDERS, "payments.csv": PAYMENTS}

# total_orders, total_amount, avg_order_value, orders_per_year, lifespan_years, ltv, first_order, last_order, refunds
TABLE = {
    # refund to zero: 80 - 80; 365 days are less than a year; the order counts, and brought 0
    1: ("1", "0.00", "0.00", "1.000000", "3.0000", "0.00", "2022-07-01", "2022-07-01", "80.00"),
    # two payments, one order: 60 + 40; 2 x 365 = 730 days: 365.25 / 730 = 0.5003424..., 109,575 / 730 = 150.1027...
    2: ("1", "100.00", "100.00", "0.500342", "3.0000", "150.10", "2021-07-01", "2021-07-01", "0.00"),
    # paid nine days before the order: 25.50 x 3
    3: ("1", "25.50", "25.50", "1.000000", "3.0000", "76.50", "2023-03-10", "2023-03-10", "0.00"),
    # an order without a payment; and a payment of theirs for 12's order, which is 12's money
    4: NOBODY,
    # a payment without its order
    5: NOBODY,
    # 2022-01-01 to 2023-07-01: 365 + 181 = 546 days: 365.25 / 546 = 0.6689560..., 10,957.5 / 546 = 20.0686...
    6: ("1", "10.00", "10.00", "0.668956", "3.0000", "20.07", "2022-01-01", "2022-01-01", "0.00"),
    # as_of in the middle: 701 is paid a day too late, 703 is ordered a day too late, 702 is of the day: 20 x 3
    7: ("1", "20.00", "20.00", "1.000000", "3.0000", "60.00", "2023-07-01", "2023-07-01", "0.00"),
    # the same name, the same birthday, two people: 11 x 3 and 22 x 3
    8: ("1", "11.00", "11.00", "1.000000", "3.0000", "33.00", "2023-01-01", "2023-01-01", "0.00"),
    9: ("1", "22.00", "22.00", "1.000000", "3.0000", "66.00", "2023-01-01", "2023-01-01", "0.00"),
    # part refund: 50 - 20 + 15.05 = 45.05 of 2 orders, 22.525 each; 3 x 365 = 1095 days:
    # 2 x 365.25 / 1095 = 0.6671232..., 45.05 x 1095.75 / 1095 = 45.0808...
    10: ("2", "45.05", "22.53", "0.667123", "3.0000", "45.08", "2020-07-01", "2022-07-01", "20.00"),
    # the first order's payment is pending: the second is the first that counts: 5 x 3
    11: ("1", "5.00", "5.00", "1.000000", "3.0000", "15.00", "2023-02-02", "2023-02-02", "0.00"),
    # paid by customer 4, ordered by 12: 44 x 3
    12: ("1", "44.00", "44.00", "1.000000", "3.0000", "132.00", "2023-05-05", "2023-05-05", "0.00"),
}
ORPHANS = [("payment_of_another_customer", 18), ("payment_without_order", 6)]
SUM = "597.75"  # 0 + 150.10 + 76.50 + 0 + 0 + 20.07 + 60 + 33 + 66 + 45.08 + 15 + 132
SUM_WITHOUT_6 = "577.68"
